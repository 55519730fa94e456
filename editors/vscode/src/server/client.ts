import type { LogOutputChannel } from "vscode";
import {
  CloseAction,
  ErrorAction,
  type ErrorHandler,
  type InitializeParams,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  State,
  type StaticFeature,
} from "vscode-languageclient/node";
import { serverArguments } from "../settings";
import type { InitializationOptions } from "../wire";
import type { Located } from "./locate";

/** What the server answers for: specs, and the other files of a project. */
const OURS = [
  "specs/**/*.md",
  "archive/**/*.md",
  "config.md",
  "prompts/**/*.md",
  "templates/**/*.md",
];
const DOCUMENTS = OURS.map((one) => ({ scheme: "file", pattern: `**/.chant/${one}` }));

const RESTARTS = 3;
const WITHIN_MS = 3 * 60_000;

export interface ClientOptions {
  readonly server: Located;
  readonly cwd: string;
  readonly trusted: boolean;
  readonly log: LogOutputChannel;
  readonly middleware: NonNullable<LanguageClientOptions["middleware"]>;
  /** Called once, when the server is gone for good. */
  readonly onLost: (reason: string) => void;
}

/** The library pops up a message of its own for each failure; ours are one each, from `onLost`. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** Events of runs are told, the user is asked before commands of the project run, a completion may
 * ask for the next one, and a lens may list references. */
const experimental: StaticFeature = {
  fillInitializeParams(params: InitializeParams) {
    params.capabilities.experimental = {
      chant: { runEvents: true, consent: true, triggerSuggest: true, references: true },
    };
  },
  fillClientCapabilities() {},
  initialize() {},
  getState: () => ({ kind: "static" }),
  clear() {},
};

/** Restarts a server that crashes, a few times; one that dies before it is up, never. */
function errorHandler(started: () => boolean, onLost: (reason: string) => void): ErrorHandler {
  let crashes: number[] = [];
  return {
    error: (_error, _message, count) => ({
      action: (count ?? 0) <= RESTARTS ? ErrorAction.Continue : ErrorAction.Shutdown,
      handled: true,
    }),
    closed() {
      const now = Date.now();
      crashes = [...crashes.filter((at) => now - at < WITHIN_MS), now];
      if (started() && crashes.length <= RESTARTS)
        return { action: CloseAction.Restart, handled: true };
      onLost(started() ? `it crashed ${crashes.length} times` : "it ended before it was up");
      return { action: CloseAction.DoNotRestart, handled: true };
    },
  };
}

export function createClient(options: ClientOptions): LanguageClient {
  const { server, cwd, trusted, log, middleware, onLost } = options;
  const initializationOptions: InitializationOptions = { trusted };
  const client: LanguageClient = new QuietClient(
    "chant",
    "Chant",
    {
      command: server.command,
      args: [...server.args, ...serverArguments()],
      options: { cwd },
    },
    {
      documentSelector: DOCUMENTS,
      initializationOptions,
      outputChannel: log,
      traceOutputChannel: log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationFailedHandler: () => false,
      diagnosticPullOptions: { onChange: true, onSave: true, onTabs: true },
      errorHandler: errorHandler(() => client.state === State.Running, onLost),
      middleware,
    },
  );
  client.registerFeature(experimental);
  return client;
}
