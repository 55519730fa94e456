import { commands, window } from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import type { SpecStore } from "./specs/store";
import { RUN_EVENT, type RunEvent } from "./wire";

interface Notice {
  readonly show: (message: string, ...buttons: string[]) => Thenable<string | undefined>;
  readonly text: string;
  readonly buttons: readonly string[];
}

/** Tells the end of each run, and when one needs somebody; once, though a server that is new tells
 * what happened before it too. */
export function tellRuns(client: LanguageClient, store: SpecStore): void {
  const since = new Date().toISOString().slice(0, "2026-01-29T10:00:00".length);
  const told = new Set<string>();
  client.onNotification(RUN_EVENT, (event: RunEvent) => {
    const key = [event.root, event.run, event.event, event.at].join(" ");
    if (event.at < since || told.has(key)) return;
    if (event.event === "finished" || event.event === "merge_refused") told.add(key);
    void tell(event, store);
  });
}

async function tell(event: RunEvent, store: SpecStore): Promise<void> {
  const { spec, root } = event;
  const name = store.find(spec, root)?.title || spec;
  const notice = noticeOf(event, name);
  if (!notice) return;
  const button = await notice.show(notice.text, ...notice.buttons);
  if (button) await commands.executeCommand(`chant.ui.${button.toLowerCase()}`, { spec, root });
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
