import { commands, type TextDocument, window, workspace } from "vscode";
import type { ExecuteCommandSignature } from "vscode-languageclient/node";
import type { Documents } from "../documents";
import { reasonOf } from "../reason";
import { autoMerge, concurrency } from "../settings";
import type { SpecStore } from "../specs/store";
import type { Answer, Commands } from "../wire";

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
  const meant = (document: TextDocument) => !alone || (store.of(document.uri)?.id ?? spec) === spec;
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

async function refuse(error: unknown, showLog: () => void): Promise<void> {
  const buttons = workspace.isTrusted ? [LOG] : [TRUST, LOG];
  const button = await window.showErrorMessage(sentences(reasonOf(error)), ...buttons);
  if (button === TRUST) await commands.executeCommand("workbench.trust.manage");
  if (button === LOG) showLog();
}

/** A refusal and its hint come as lines; a message box shows no line breaks. */
const sentences = (text: string): string =>
  text
    .split("\n")
    .map((line) => `${line.charAt(0).toUpperCase()}${line.slice(1)}`)
    .join(". ");
