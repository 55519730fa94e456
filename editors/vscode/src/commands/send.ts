import { commands, type Memento, window } from "vscode";
import type { Session } from "../server/session";
import type { SpecStore } from "../specs/store";
import type { Commands } from "../wire";
import type { CommandName } from "./execute";

export interface UiOptions {
  readonly session: Session;
  readonly store: SpecStore;
  readonly memory: Memento;
  readonly showLog: () => void;
}

export async function send<C extends CommandName>(
  options: UiOptions,
  command: C,
  argument: Commands[C],
): Promise<unknown> {
  return offered(options, command) ? commands.executeCommand(command, argument) : undefined;
}

/** Whether the server is up and knows the command; says so if not. */
export function offered({ session, showLog }: UiOptions, command: CommandName): boolean {
  const client = session.current();
  const known = client?.initializeResult?.capabilities.executeCommandProvider?.commands ?? [];
  if (known.includes(command)) return true;
  const message = client
    ? `The language server in use does not know ${command}. It may be older than this extension.`
    : "The Chant language server is not running.";
  void window.showErrorMessage(message, "Restart Server", "Show Log").then((button) => {
    if (button === "Restart Server") void session.restart();
    if (button === "Show Log") showLog();
  });
  return false;
}
