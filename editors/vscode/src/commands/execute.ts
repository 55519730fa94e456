import { commands, type TextDocument, Uri, window, workspace } from "vscode";
import { type ExecuteCommandSignature, ResponseError } from "vscode-languageclient/node";
import type { Documents } from "../documents";
import { reasonOf } from "../reason";
import { autoMerge, concurrency } from "../settings";
import type { SpecStore } from "../specs/store";
import type { Answer, Commands, Conflict } from "../wire";

export type CommandName = keyof Commands;

export interface Surroundings {
  readonly store: SpecStore;
  readonly documents: Documents;
  readonly showLog: () => void;
}

interface Argument {
  readonly spec?: string;
  readonly chain?: boolean;
  readonly format?: string;
  readonly [member: string]: unknown;
}

/**
 * Every command of the server passes here, whether a lens, a code action or the palette sent it:
 * what it reads is saved first, the settings are added, and its answer or refusal is shown.
 */
export function executeMiddleware(around: Surroundings) {
  return async (command: string, args: unknown[], next: ExecuteCommandSignature) => {
    const given = (args[0] ?? {}) as Argument;
    if (!(await confirmed(command, given))) return undefined;
    try {
      await save(given, around.store);
      const answer = (await next(command, [withSettings(command, given)])) as Answer | null;
      if (answer) await present(command, given, answer, around);
      return answer;
    } catch (error) {
      void refuse(error, around.showLog);
      return undefined;
    }
  };
}

const CONFIRMED: Readonly<Record<string, readonly [question: string, button: string]>> = {
  "chant.cancel": ["Its worktree and branch are kept.", "Cancel Spec"],
  "chant.reset": ["It goes back to pending. Work that is not merged is kept.", "Reset Spec"],
};

async function confirmed(command: string, given: Argument): Promise<boolean> {
  const [detail, button] = CONFIRMED[command] ?? [];
  if (!detail || !button) return true;
  const question = `${button.split(" ")[0]} ${given.spec}?`;
  return (await window.showWarningMessage(question, { modal: true, detail }, button)) === button;
}

/** The server works the file as it is on disk, and refuses one that is not saved. */
async function save(given: Argument, store: SpecStore): Promise<void> {
  const { spec, chain } = given;
  const alone = spec !== undefined && !chain;
  const meant = ({ uri }: TextDocument) => {
    const id = alone ? store.of(uri)?.id : undefined;
    return !id || id === spec || id.startsWith(`${spec}.`);
  };
  const dirty = workspace.textDocuments.filter((it) => it.isDirty && isSpecFile(it) && meant(it));
  for (const document of dirty) await document.save();
}

const isSpecFile = ({ uri }: TextDocument): boolean => /[\\/]\.chant[\\/]/.test(uri.fsPath);

function withSettings(command: string, given: Argument): Argument {
  const merge = autoMerge();
  if (command === "chant.work" && merge !== "project")
    return { merge: merge === "always", ...given };
  if (command === "chant.workReady" && concurrency() > 0)
    return { maxParallel: concurrency(), ...given };
  return given;
}

async function present(
  command: string,
  given: Argument,
  answer: Answer,
  around: Surroundings,
): Promise<void> {
  if (command === "chant.graph")
    await around.documents.show(`graph.${given.format}`, answer.text ?? "");
  else if (answer.frees?.length)
    void window.showInformationMessage(`Cancelled. No longer waiting: ${answer.frees.join(", ")}.`);
}

const TRUST = "Manage Workspace Trust";
const LOG = "Show Log";
const CONFLICT = "Open Conflict";

async function refuse(error: unknown, showLog: () => void): Promise<void> {
  const conflict = conflictOf(error);
  const buttons = [conflict ? CONFLICT : [], workspace.isTrusted ? [] : TRUST, LOG].flat();
  const button = await window.showErrorMessage(sentences(reasonOf(error)), ...buttons);
  if (conflict && button === CONFLICT) await openAll(conflict);
  if (button === TRUST) await commands.executeCommand("workbench.trust.manage");
  if (button === LOG) showLog();
}

/** What a merge says of its conflict, beside its words. */
function conflictOf(error: unknown): Conflict | undefined {
  const data = error instanceof ResponseError ? (error.data as Partial<Conflict> | undefined) : {};
  return data?.files && data.folder ? { files: data.files, folder: data.folder } : undefined;
}

async function openAll({ files, folder }: Conflict): Promise<void> {
  for (const file of files)
    await window.showTextDocument(Uri.joinPath(Uri.file(folder), file), { preview: false });
}

/** A refusal and its hint come as lines; a message box shows no line breaks. */
const sentences = (text: string): string =>
  text
    .split("\n")
    .map((line) => `${line.charAt(0).toUpperCase()}${line.slice(1)}`)
    .join(". ");
