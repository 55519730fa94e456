import { EventEmitter, type ExtensionContext, type LogOutputChannel, workspace } from "vscode";
import { type LanguageClient, type LanguageClientOptions, State } from "vscode-languageclient/node";
import { reasonOf } from "../reason";
import { pythonPath, serverPath } from "../settings";
import { createClient } from "./client";
import { type Located, locate } from "./locate";
import { spell } from "./process";

export interface Session {
  /** The running client, if any. */
  current(): LanguageClient | undefined;
  /** Starts the server, or stops it first when it runs. Calls are served one after the other, and
   * those that come while one waits its turn share it. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  /** Fires when a server is up (its client) and when it is gone (undefined). */
  readonly onDidChange: EventEmitter<LanguageClient | undefined>["event"];
}

export interface SessionOptions {
  readonly context: ExtensionContext;
  readonly log: LogOutputChannel;
  readonly middleware: NonNullable<LanguageClientOptions["middleware"]>;
  /** Registered before the server starts, so that none of its notifications is missed. */
  readonly listen: (client: LanguageClient) => void;
  readonly onFailure: (message: string) => void;
}

const STOP_MS = 5_000;

export function createSession(options: SessionOptions): Session {
  const { context, log, middleware, listen, onFailure } = options;
  const changed = new EventEmitter<LanguageClient | undefined>();
  let client: LanguageClient | undefined;
  let queue: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | undefined;

  const serialized = (task: () => Promise<void>): Promise<void> => {
    queue = queue.then(task, task);
    return queue;
  };

  async function stopNow(): Promise<void> {
    const old = client;
    client = undefined;
    if (!old) return;
    changed.fire(undefined);
    try {
      await old.dispose(STOP_MS);
    } catch (error) {
      log.warn(`The server did not stop in order: ${reasonOf(error)}`);
    }
  }

  async function startNow(): Promise<void> {
    const server = await locate(place(context), log);
    if (typeof server === "string") {
      onFailure(server);
      return;
    }
    log.info(`Starting the ${server.origin} server: ${spell(server)}`);
    const next = create(server);
    listen(next);
    client = next;
    await next.start();
    changed.fire(next);
  }

  function create(server: Located): LanguageClient {
    const next = createClient({
      server,
      cwd: context.extensionPath,
      trusted: workspace.isTrusted,
      log,
      middleware,
      onLost: (reason) => {
        if (client === next) changed.fire(undefined);
        onFailure(`The Chant language server stopped: ${reason}.`);
      },
    });
    next.onDidChangeState(({ oldState, newState }) => {
      if (client === next && oldState === State.Starting && newState === State.Running)
        changed.fire(next);
    });
    return next;
  }

  async function restartNow(): Promise<void> {
    waiting = undefined;
    await stopNow();
    await startNow().catch((error: unknown) =>
      log.error(`The server did not start: ${reasonOf(error)}`),
    );
  }

  return {
    current: () => (client?.state === State.Running ? client : undefined),
    restart: () => (waiting ??= serialized(restartNow)),
    stop: () => serialized(stopNow),
    onDidChange: changed.event,
  };
}

const place = (context: ExtensionContext) => ({
  trusted: workspace.isTrusted,
  folders: (workspace.workspaceFolders ?? []).map((folder) => folder.uri),
  extensionPath: context.extensionPath,
  serverPath: serverPath(),
  pythonPath: pythonPath(),
});
