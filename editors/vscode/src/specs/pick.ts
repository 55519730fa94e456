import { type QuickPickItem, Uri, window } from "vscode";
import type { SpecState } from "../wire";
import { detailOf, iconOf } from "./present";
import type { SpecStore } from "./store";

interface Choice extends QuickPickItem {
  readonly spec: SpecState;
}

/** A spec as a command names it; `root` where it is known. */
export interface Named {
  readonly spec: string;
  readonly root?: string;
}

/** What a command may be given: an item of the view, a file of the explorer, an id, or nothing. */
export type Target = SpecState | Uri | Named | string | undefined;

const named = (spec: SpecState): Named => ({ spec: spec.id, root: spec.root });

/** The spec that a command is meant for: the one given, the one in the active editor, else the one
 * the user picks. */
export async function targetOf(
  target: Target,
  store: SpecStore,
  wanted: (spec: SpecState) => boolean,
): Promise<Named | undefined> {
  if (typeof target === "string") return { spec: target };
  if (target && "spec" in target) return target;
  const uri = target ?? window.activeTextEditor?.document.uri;
  const known = uri && ("id" in uri ? uri : store.of(uri));
  const spec = known ?? (await pick(store, wanted));
  return spec && named(spec);
}

/** The project that a command without a spec is meant for, `{}` where there is but one; none when
 * the user turned back. */
export async function projectOf(store: SpecStore): Promise<{ root?: string } | undefined> {
  const [only, ...more] = store.roots();
  if (!only || more.length === 0) return {};
  const uri = window.activeTextEditor?.document.uri;
  const here = uri && store.of(uri);
  if (here) return { root: here.root };
  const choices = [only, ...more].map((root) => {
    const { fsPath, path } = Uri.parse(root);
    return { label: path.replace(/^.*\//, ""), description: fsPath, root };
  });
  const chosen = await window.showQuickPick(choices, { placeHolder: "Which project?" });
  return chosen && { root: chosen.root };
}

async function pick(
  store: SpecStore,
  wanted: (spec: SpecState) => boolean,
): Promise<SpecState | undefined> {
  const specs = store.all().filter(wanted);
  if (specs.length === 0) {
    void window.showInformationMessage("No spec is in a state for this.");
    return undefined;
  }
  const choices = specs.map((spec): Choice => ({
    spec,
    label: spec.title || spec.id,
    description: spec.id,
    detail: [spec.status.replace("_", " "), detailOf(spec)].filter(Boolean).join(", "),
    iconPath: iconOf(spec),
  }));
  const chosen = await window.showQuickPick(choices, {
    placeHolder: "Which spec?",
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return chosen?.spec;
}
