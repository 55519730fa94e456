import { ThemeColor, ThemeIcon } from "vscode";
import type { SpecState, Status } from "../wire";

export interface Group {
  readonly label: string;
  readonly expanded: boolean;
  readonly statuses: readonly Status[];
}

/** How the view is divided, from what needs a person to what is over. */
export const GROUPS: readonly Group[] = [
  { label: "Needs attention", expanded: true, statuses: ["needs_attention", "failed", "paused"] },
  { label: "Running", expanded: true, statuses: ["in_progress"] },
  { label: "Ready", expanded: true, statuses: ["ready"] },
  { label: "Blocked", expanded: true, statuses: ["blocked"] },
  { label: "Done", expanded: false, statuses: ["completed", "cancelled"] },
];

const ICONS: Record<Status, readonly [icon: string, color: string]> = {
  needs_attention: ["warning", "list.warningForeground"],
  failed: ["error", "list.errorForeground"],
  paused: ["debug-pause", "list.warningForeground"],
  in_progress: ["sync", "charts.blue"],
  ready: ["circle-large-outline", "charts.green"],
  blocked: ["lock", "descriptionForeground"],
  completed: ["pass", "charts.green"],
  cancelled: ["circle-slash", "descriptionForeground"],
};

export function iconOf(spec: SpecState): ThemeIcon {
  if (unmerged(spec)) return new ThemeIcon("git-merge", new ThemeColor("charts.purple"));
  const [icon, color] = ICONS[spec.status];
  return new ThemeIcon(icon, new ThemeColor(color));
}

export const unmerged = (spec: SpecState): boolean =>
  spec.status === "completed" && spec.merged === false;

export const shortId = (id: string): string => id.replace(/^\d{4}-\d{2}-\d{2}-/, "");

/** What stands behind the title: why it waits, else how far it is. */
export function detailOf(spec: SpecState): string {
  if (unmerged(spec)) return "not merged";
  const [first, ...more] = spec.blocked_by;
  if (spec.status === "blocked" && first)
    return `waits for ${shortId(first.id)}${more.length ? ` and ${more.length} more` : ""}`;
  if (spec.status === "failed" || spec.status === "paused") return spec.status;
  const { done, total } = spec.criteria;
  return total ? `${done}/${total}` : "";
}

export function tooltipOf(spec: SpecState): string {
  const waits = spec.blocked_by.map(
    (it) => `waits for ${it.id}${it.title ? `: ${it.title}` : ""} (${it.status ?? it.kind})`,
  );
  const labels = spec.labels.length ? [`labels: ${spec.labels.join(", ")}`] : [];
  return [spec.title, spec.id, spec.status.replace("_", " "), ...waits, ...labels].join("\n");
}
