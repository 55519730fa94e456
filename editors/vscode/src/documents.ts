import {
  commands,
  type Disposable,
  EventEmitter,
  type TextDocumentContentProvider,
  Uri,
  ViewColumn,
  window,
  workspace,
} from "vscode";
import type { ShowDocumentRequest } from "vscode-languageclient/node";

const SCHEME = "chant";

export interface Documents {
  /** Opens a read-only document, or replaces the text of the one of that name. */
  show(name: string, text: string): Promise<void>;
  readonly disposables: readonly Disposable[];
}

/** Read-only texts that come from the server: the graph. */
export function createDocuments(): Documents {
  const changed = new EventEmitter<Uri>();
  const texts = new Map<string, string>();
  const provider: TextDocumentContentProvider = {
    onDidChange: changed.event,
    provideTextDocumentContent: (uri) => texts.get(uri.toString()) ?? "",
  };
  return {
    async show(name, text) {
      const uri = Uri.from({ scheme: SCHEME, path: `/${name}` });
      texts.set(uri.toString(), text);
      changed.fire(uri);
      const document = await workspace.openTextDocument(uri);
      await window.showTextDocument(document, { preview: true, viewColumn: ViewColumn.Active });
    },
    disposables: [
      changed,
      workspace.registerTextDocumentContentProvider(SCHEME, provider),
      workspace.onDidCloseTextDocument(({ uri }) => texts.delete(uri.toString())),
    ],
  };
}

/** What the server shows beside specs is a log: for reading only; it grows on disk and so in view. */
export const showDocument: ShowDocumentRequest.MiddlewareSignature = async (
  params,
  token,
  next,
) => {
  if (Uri.parse(params.uri).path.includes("/.chant/")) return next(params, token);
  const answer = await next({ ...params, takeFocus: true }, token);
  await commands.executeCommand("workbench.action.files.setActiveEditorReadonlyInSession");
  return answer;
};
