import {
  type ConfigurationChangeEvent,
  commands,
  type Disposable,
  type ExtensionContext,
  type TextDocument,
  window,
  workspace,
} from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { executeMiddleware } from "./commands/execute";
import { registerUi } from "./commands/ui";
import { createDocuments, showDocument } from "./documents";
import { tellRuns } from "./runs";
import { onInterpreterChosen } from "./server/python";
import { createSession, type Session } from "./server/session";
import { codeLensEnabled, inlayHintsEnabled } from "./settings";
import { createStatusBar } from "./specs/statusBar";
import { createSpecStore } from "./specs/store";
import { createSpecsView } from "./specs/view";
import { type SpecState } from "./wire";

let session: Session | undefined;

/** What other extensions, and the tests, may ask. */
export interface Api {
  specs(): readonly SpecState[];
}

export function activate(context: ExtensionContext): Api {
  const log = window.createOutputChannel("Chant", { log: true });
  const showLog = () => log.show(true);
  const store = createSpecStore(log);
  const documents = createDocuments();
  const current = createSession({
    context,
    log,
    middleware: {
      executeCommand: executeMiddleware({ store, documents, showLog }),
      window: { showDocument },
      provideCodeLenses: (document, token, next) =>
        codeLensEnabled() ? next(document, token) : undefined,
      provideInlayHints: (document, range, token, next) =>
        inlayHintsEnabled() ? next(document, range, token) : undefined,
    },
    listen: (client) => {
      store.listen(client);
      tellRuns(client, store);
    },
    onFailure: (message) => {
      log.error(message);
      void commands.executeCommand("setContext", "chant.failed", true);
      void window.showErrorMessage(message, "Show Log").then((button) => button && showLog());
    },
  });
  session = current;

  context.subscriptions.push(
    log,
    ...documents.disposables,
    ...createSpecsView(store),
    ...createStatusBar(store, current),
    ...registerUi({ session: current, store, memory: context.globalState, showLog }),
    current.onDidChange((client) => {
      void commands.executeCommand("setContext", "chant.running", client !== undefined);
      if (client) void commands.executeCommand("setContext", "chant.failed", false);
      void store.refresh(client);
    }),
    workspace.onDidChangeConfiguration((event) => configurationChanged(event, current)),
    workspace.onDidGrantWorkspaceTrust(() => current.restart()),
  );
  void startWhenNeeded(context, current);
  return { specs: () => store.all() };
}

export async function deactivate(): Promise<void> {
  await session?.stop();
}

const RESTARTED_BY = ["chant.server"];

function configurationChanged(event: ConfigurationChangeEvent, current: Session): void {
  if (RESTARTED_BY.some((section) => event.affectsConfiguration(section))) void current.restart();
  const client = current.current();
  if (client && event.affectsConfiguration("chant.codeLens")) refreshLenses(client);
  if (client && event.affectsConfiguration("chant.inlayHints")) refreshHints(client);
}

function refreshLenses(client: LanguageClient): void {
  for (const document of workspace.textDocuments)
    client
      .getFeature("textDocument/codeLens")
      .getProvider(document)
      ?.onDidChangeCodeLensEmitter.fire();
}

function refreshHints(client: LanguageClient): void {
  for (const document of workspace.textDocuments)
    client.getFeature("textDocument/inlayHint").getProvider(document)?.onDidChangeInlayHints.fire();
}

/** The server is started for a workspace that holds specs, or by the first spec that is opened. */
async function startWhenNeeded(context: ExtensionContext, current: Session): Promise<void> {
  let started = false;
  const start = async (): Promise<void> => {
    if (started) return;
    started = true;
    await current.restart();
    context.subscriptions.push(await onInterpreterChosen(() => void current.restart()));
  };
  const look = async (): Promise<void> => {
    if (await holdsSpecs()) await start();
  };
  const watcher = workspace.createFileSystemWatcher("**/.chant/config.md", false, true, true);
  const events: Disposable[] = [
    watcher,
    watcher.onDidCreate(start),
    workspace.onDidOpenTextDocument((document) => (isOurs(document) ? start() : undefined)),
    workspace.onDidChangeWorkspaceFolders(look),
  ];
  context.subscriptions.push(...events);
  if (workspace.textDocuments.some(isOurs)) await start();
  else await look();
}

const isOurs = (document: TextDocument): boolean =>
  document.uri.scheme === "file" && document.uri.path.includes("/.chant/");

const ELSEWHERE = "**/{node_modules,.git,.venv,target}/**";

async function holdsSpecs(): Promise<boolean> {
  return (
    (await workspace.findFiles("**/.chant/{config.md,specs/**/*.md}", ELSEWHERE, 1)).length > 0
  );
}
