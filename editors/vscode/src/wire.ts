/** What travels between the server and this extension beyond LSP. Mirrors chant_ls/lsp/wire.py. */

export type Status =
  | "ready"
  | "blocked"
  | "in_progress"
  | "paused"
  | "completed"
  | "failed"
  | "needs_attention"
  | "cancelled";

export interface Blocker {
  readonly id: string;
  readonly kind: string;
  readonly status: string | null;
  readonly title: string | null;
}

export interface Run {
  readonly id: string;
  readonly state: string;
  readonly started_at: string;
  readonly worktree: string;
  readonly branch: string;
}

export interface SpecState {
  readonly id: string;
  readonly title: string;
  readonly type: string;
  readonly status: Status;
  readonly stored_status: string | null;
  readonly labels: readonly string[];
  readonly depends_on: readonly string[];
  readonly informed_by: readonly string[];
  readonly target_files: readonly string[];
  readonly blocked_by: readonly Blocker[];
  readonly criteria: { readonly done: number; readonly total: number };
  readonly run: Run | null;
  readonly merged: boolean | null;
  /** Relative to the project. */
  readonly path: string;
  /** URI of the project's folder. */
  readonly root: string;
}

export interface RunEvent {
  readonly run: string;
  readonly spec: string;
  /** URI of the project's folder. */
  readonly root: string;
  readonly event: string;
  readonly at: string;
  readonly [detail: string]: unknown;
}

export interface InitializationOptions {
  readonly trusted: boolean;
}

export const RUN_EVENT = "chant/runEvent";
export const SPECS = "chant/specs";
export const SPECS_CHANGED = "chant/specsChanged";

/** A command of ours that lenses of the server name, with a `Place`. */
export const LIST_REFERENCES = "chant.ui.references";

export interface Place {
  readonly uri: string;
  readonly position: { readonly line: number; readonly character: number };
}

/** Argument of `chant.add`: a new spec, as `chant add` makes it. */
export interface Add {
  readonly title: string;
  readonly type?: string;
  readonly labels?: readonly string[];
  readonly root?: string;
}

export interface Work {
  readonly spec: string;
  readonly chain?: boolean;
  readonly merge?: boolean;
  readonly root?: string;
}

export interface WorkReady {
  readonly labels?: readonly string[];
  readonly maxParallel?: number;
  readonly root?: string;
}

export interface Merge {
  readonly spec: string;
  readonly rebase?: boolean;
  readonly auto?: boolean;
  readonly root?: string;
}

/** Argument of `chant.cancel`, `chant.reset`, `chant.resume`. */
export interface Spec {
  readonly spec: string;
  readonly root?: string;
}

export interface Split {
  readonly spec: string;
  readonly research?: boolean;
  readonly root?: string;
}

/** Argument of `chant.approve` and `chant.reject`. */
export interface Approve {
  readonly spec: string;
  readonly by: string;
  readonly reason?: string;
  readonly root?: string;
}

export interface Log {
  readonly spec: string;
  readonly lines?: number;
  readonly root?: string;
}

export interface Graph {
  readonly format: string;
  readonly root?: string;
}

/** `data` of the error of `chant.merge` where the branch conflicts: `files` relative to the
 * repository, `folder` the path of where they wait to be settled. */
export interface Conflict {
  readonly files: readonly string[];
  readonly folder: string;
}

/** Every command of `workspace/executeCommand` with the shape of its one argument. */
export interface Commands {
  readonly "chant.add": Add;
  readonly "chant.work": Work;
  readonly "chant.workReady": WorkReady;
  readonly "chant.merge": Merge;
  readonly "chant.cancel": Spec;
  readonly "chant.reset": Spec;
  readonly "chant.resume": Spec;
  readonly "chant.split": Split;
  readonly "chant.approve": Approve;
  readonly "chant.reject": Approve;
  readonly "chant.log": Log;
  readonly "chant.graph": Graph;
}

/** What the commands answer, together; each sets its own members. */
export interface Answer {
  readonly ok: boolean;
  readonly run?: string;
  readonly job?: string;
  readonly specs?: readonly string[];
  readonly commit?: string;
  /** Dependents that cancelling set free. */
  readonly frees?: readonly string[];
  readonly created?: readonly string[];
  readonly text?: string;
  /** The new spec: `path` relative to the project at `root`. */
  readonly path?: string;
  readonly root?: string;
  readonly note?: string;
}
