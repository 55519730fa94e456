import { commands, type Disposable, window } from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { logName } from "./commands/execute";
import type { Documents } from "./documents";
import type { SpecStore } from "./specs/store";
import { type Answer, RUN_EVENT, type RunEvent } from "./wire";

const REFRESH_MS = 500;

interface Notice {
  readonly show: (message: string, ...buttons: string[]) => Thenable<string | undefined>;
  readonly text: string;
  readonly buttons: readonly string[];
}

/** Follows the runs: an open log grows, and the end of a run is told. */
export function createRuns(store: SpecStore, documents: Documents) {
  const due = new Map<string, NodeJS.Timeout>();

  function followLog(client: LanguageClient, spec: string): void {
    if (!documents.isOpen(logName(spec)) || due.has(spec)) return;
    const read = async () => {
      due.delete(spec);
      const argument = { command: "chant.log", arguments: [{ spec }] };
      const answer = await client.sendRequest<Answer>("workspace/executeCommand", argument);
      if (documents.isOpen(logName(spec))) documents.update(logName(spec), answer.text ?? "");
    };
    due.set(
      spec,
      setTimeout(() => void read().catch(() => due.delete(spec)), REFRESH_MS),
    );
  }

  return {
    listen: (client: LanguageClient): void => {
      client.onNotification(RUN_EVENT, (event: RunEvent) => {
        followLog(client, event.spec);
        void tell(event, store);
      });
    },
    disposables: [{ dispose: () => due.forEach(clearTimeout) }] satisfies Disposable[],
  };
}

async function tell(event: RunEvent, store: SpecStore): Promise<void> {
  const name = store.find(event.spec)?.title || event.spec;
  const notice = noticeOf(event, name);
  if (!notice) return;
  const button = await notice.show(notice.text, ...notice.buttons);
  if (button) await commands.executeCommand(`chant.ui.${button.toLowerCase()}`, event.spec);
}

const said = (...parts: unknown[]): string => parts.filter(Boolean).join(" ");

function noticeOf(event: RunEvent, name: string): Notice | undefined {
  const { showInformationMessage: info, showWarningMessage: warn, showErrorMessage: fail } = window;
  if (event.event === "merge_refused") {
    const text = said(`"${name}" is completed, but was not merged.`, event.reason, event.hint);
    return { show: warn, text, buttons: ["Merge", "Log"] };
  }
  if (event.event !== "finished") return undefined;
  const why = [event.error, event.hint];
  switch (event.state) {
    case "completed":
      return { show: info, text: `"${name}" is completed.`, buttons: ["Merge", "Log"] };
    case "merged":
      return { show: info, text: `"${name}" is completed and merged.`, buttons: ["Log"] };
    case "failed":
      return { show: fail, text: said(`"${name}" failed.`, ...why), buttons: ["Log", "Resume"] };
    case "needs_attention":
      return { show: warn, text: said(`"${name}" needs you.`, ...why), buttons: ["Log"] };
    case "paused":
      return { show: warn, text: said(`"${name}" is paused.`, ...why), buttons: ["Resume", "Log"] };
    default:
      return undefined;
  }
}
