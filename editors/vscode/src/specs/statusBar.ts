import { type Disposable, StatusBarAlignment, ThemeColor, window } from "vscode";
import type { Session } from "../server/session";
import type { SpecState, Status } from "../wire";
import type { SpecStore } from "./store";

const count = (specs: readonly SpecState[], ...statuses: Status[]): number =>
  specs.filter((spec) => statuses.includes(spec.status)).length;

export function createStatusBar(store: SpecStore, session: Session): Disposable[] {
  const item = window.createStatusBarItem("chant.status", StatusBarAlignment.Left, 10);
  item.name = "Chant";

  function show(): void {
    const specs = store.all();
    const [running, ready] = [count(specs, "in_progress"), count(specs, "ready")];
    const attention = count(specs, "needs_attention", "failed", "paused");
    const up = session.current() !== undefined;
    item.text = up
      ? `$(checklist) ${[
          running ? `$(sync~spin) ${running}` : "",
          `${ready} ready`,
          attention ? `$(warning) ${attention}` : "",
        ]
          .filter(Boolean)
          .join("  ")}`
      : "$(warning) Chant";
    item.tooltip = up
      ? `Chant specs: ${running} running, ${ready} ready, ${attention} need attention`
      : "The Chant language server is not running. Click for its log.";
    item.accessibilityInformation = { label: item.tooltip };
    item.command = up ? "chant.specs.focus" : "chant.ui.showLog";
    item.backgroundColor = attention
      ? new ThemeColor("statusBarItem.warningBackground")
      : undefined;
    if (up && specs.length === 0) item.hide();
    else item.show();
  }

  return [item, store.onDidChange(show), session.onDidChange(show)];
}
