import { type TextDocument, window, workspace } from "vscode";
import type { ExecuteCommandSignature } from "vscode-languageclient/node";
import type { Documents } from "../documents";
import { autoMerge, concurrency } from "../settings";
import type { SpecStore } from "../specs/store";
import type { Answer, Commands } from "../wire";

export type CommandName = keyof Commands;

export interface Surroundings {
  readonly store: SpecStore;
  readonly documents: Documents;
  readonly showLog: () => void;
}

type Argument = Readonly<Record<string, unknown>>;

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
      const answer: Answer | null = await next(command, [withSettings(command, given)]);
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
  const alone = typeof spec === "string" && !chain;
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
  if (command === "chant.log") await around.documents.show(logName(given.spec), answer.text ?? "");
  else if (command === "chant.graph")
    await around.documents.show(`graph.${given.format}`, answer.text ?? "");
  else if (answer.conflicts?.length)
    void window.showWarningMessage(
      `Merging ${given.spec} conflicts in ${answer.conflicts.join(", ")}.`,
    );
}

export const logName = (spec: unknown): string => `${spec}.log`;

async function refuse(error: unknown, showLog: () => void): Promise<void> {
  const message = error instanceof Error ? error.message : String(error);
  if ((await window.showErrorMessage(message, "Show Log")) === "Show Log") showLog();
}
