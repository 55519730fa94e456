import { type QuickPickItem, Uri, window } from "vscode";
import { projectOf } from "../specs/pick";
import type { Answer } from "../wire";
import { send, type UiOptions } from "./send";

const TYPES: readonly QuickPickItem[] = [
  { label: "code", description: "changes to the source" },
  { label: "task", description: "work whose result is not code" },
  { label: "documentation", description: "texts about tracked files" },
  { label: "research", description: "findings, written down" },
  { label: "driver", description: "leads a group of members" },
];

/** Asks for title, type and labels, has the server write the spec, and opens it. */
export async function newSpec(options: UiOptions): Promise<void> {
  const title = await window.showInputBox({
    title: "New Spec",
    prompt: "What is to be done?",
    validateInput: (text) => (text.trim() ? undefined : "A title is needed."),
  });
  if (!title) return;
  const type = await window.showQuickPick(TYPES, { title: "New Spec", placeHolder: "Type" });
  const labels = type && (await askLabels(options));
  if (!labels) return;
  const project = await projectOf(options.store);
  if (!project) return;
  const given = { title: title.trim(), type: type.label, labels, ...project };
  const answer = (await send(options, "chant.add", given)) as Answer | undefined;
  if (!answer?.path || !answer.root) return;
  await window.showTextDocument(Uri.joinPath(Uri.parse(answer.root), answer.path));
  if (answer.note) void window.showInformationMessage(answer.note);
}

async function askLabels({ store }: UiOptions): Promise<string[] | undefined> {
  const known = [...new Set(store.all().flatMap((spec) => spec.labels))].sort();
  if (known.length === 0) return [];
  return window.showQuickPick(known, {
    title: "New Spec",
    placeHolder: "Labels (may be left empty)",
    canPickMany: true,
  });
}
