import {
  type Disposable,
  EventEmitter,
  type TextDocumentContentProvider,
  Uri,
  ViewColumn,
  window,
  workspace,
} from "vscode";

const SCHEME = "chant";

export interface Documents {
  /** Opens a read-only document, or replaces the text of the one of that name. */
  show(name: string, text: string): Promise<void>;
  /** Replaces the text of a document if it is open. */
  update(name: string, text: string): void;
  isOpen(name: string): boolean;
  readonly disposables: readonly Disposable[];
}

const uriFor = (name: string): Uri => Uri.from({ scheme: SCHEME, path: `/${name}` });

/** Read-only texts that come from the server: logs, graphs. */
export function createDocuments(): Documents {
  const changed = new EventEmitter<Uri>();
  const texts = new Map<string, string>();
  const provider: TextDocumentContentProvider = {
    onDidChange: changed.event,
    provideTextDocumentContent: (uri) => texts.get(uri.toString()) ?? "",
  };
  const update = (name: string, text: string): void => {
    const uri = uriFor(name);
    texts.set(uri.toString(), text);
    changed.fire(uri);
  };
  return {
    update,
    isOpen: (name) => texts.has(uriFor(name).toString()),
    async show(name, text) {
      update(name, text);
      const document = await workspace.openTextDocument(uriFor(name));
      await window.showTextDocument(document, { preview: true, viewColumn: ViewColumn.Active });
    },
    disposables: [
      changed,
      workspace.registerTextDocumentContentProvider(SCHEME, provider),
      workspace.onDidCloseTextDocument(({ uri }) => texts.delete(uri.toString())),
    ],
  };
}
