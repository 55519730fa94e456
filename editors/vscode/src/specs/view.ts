import {
  type Disposable,
  EventEmitter,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  window,
} from "vscode";
import type { SpecState } from "../wire";
import { detailOf, GROUPS, type Group, iconOf, tooltipOf, unmerged } from "./present";
import { type SpecStore, uriOf } from "./store";

interface GroupNode extends Group {
  readonly specs: readonly SpecState[];
}

export type Node = GroupNode | SpecState;

const isSpec = (node: Node): node is SpecState => "id" in node;

export function createSpecsView(store: SpecStore): Disposable[] {
  const changed = new EventEmitter<undefined>();
  const provider: TreeDataProvider<Node> = {
    onDidChangeTreeData: changed.event,
    getChildren: (node) => (node ? (isSpec(node) ? [] : [...node.specs]) : groups(store.all())),
    getTreeItem: (node) => (isSpec(node) ? specItem(node) : groupItem(node)),
  };
  const view = window.createTreeView("chant.specs", { treeDataProvider: provider });
  const badge = () => {
    const waiting = groups(store.all()).find((it) => it.statuses.includes("needs_attention"));
    const value = waiting?.specs.length ?? 0;
    view.badge = value ? { value, tooltip: `${value} need attention` } : undefined;
  };
  return [
    view,
    changed,
    store.onDidChange(() => {
      changed.fire(undefined);
      badge();
    }),
  ];
}

function groups(specs: readonly SpecState[]): GroupNode[] {
  return GROUPS.map((group) => ({
    ...group,
    specs: specs.filter((spec) => group.statuses.includes(spec.status)),
  })).filter((group) => group.specs.length > 0);
}

function groupItem(group: GroupNode): TreeItem {
  const { Expanded, Collapsed } = TreeItemCollapsibleState;
  const item = new TreeItem(group.label, group.expanded ? Expanded : Collapsed);
  item.id = `group:${group.label}`;
  item.description = String(group.specs.length);
  item.contextValue = "group";
  return item;
}

function specItem(spec: SpecState): TreeItem {
  const item = new TreeItem(spec.title || spec.id);
  item.id = uriOf(spec).toString();
  item.description = detailOf(spec);
  item.tooltip = tooltipOf(spec);
  item.iconPath = iconOf(spec);
  item.contextValue = `spec.${unmerged(spec) ? "unmerged" : spec.status}`;
  item.accessibilityInformation = { label: tooltipOf(spec).replaceAll("\n", ", ") };
  item.command = { command: "vscode.open", title: "Open", arguments: [uriOf(spec)] };
  return item;
}
