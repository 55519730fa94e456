import { userInfo } from "node:os";
import { commands, type Disposable, type Memento, Position, Uri, window } from "vscode";
import { projectOf, type Target, targetOf } from "../specs/pick";
import { unmerged } from "../specs/present";
import { type Commands, LIST_REFERENCES, type Place, type SpecState } from "../wire";
import type { CommandName } from "./execute";
import { newSpec } from "./newSpec";
import { offered, send, type UiOptions } from "./send";

/** The members of a command's argument beside the spec; none when the user turned back. */
type Rest<C extends CommandName> =
  Omit<Commands[C], "spec" | "root"> | Promise<Omit<Commands[C], "spec" | "root"> | undefined>;

type Wanted = (spec: SpecState) => boolean;

const isNot =
  (...statuses: SpecState["status"][]): Wanted =>
  (spec) =>
    !statuses.includes(spec.status);
const is =
  (...statuses: SpecState["status"][]): Wanted =>
  (spec) =>
    statuses.includes(spec.status);
const open = isNot("completed", "cancelled");
const hasRun: Wanted = (spec) => spec.run !== null;
const any: Wanted = () => true;

/** The commands that users see. Ids differ from the server's own, which the client registers itself. */
export function registerUi(options: UiOptions): Disposable[] {
  const { session, store, showLog } = options;
  const onSpec = <C extends CommandName>(
    id: string,
    command: C,
    wanted: Wanted,
    rest: () => Rest<C> = () => ({}) as Omit<Commands[C], "spec" | "root">,
  ): Disposable =>
    commands.registerCommand(id, async (target: Target) => {
      if (!offered(options, command)) return undefined;
      const spec = await targetOf(target, store, wanted);
      const more = spec && (await rest());
      return more ? commands.executeCommand(command, { ...spec, ...more }) : undefined;
    });
  const onProject = <C extends "chant.workReady" | "chant.graph">(
    id: string,
    command: C,
    rest: Commands[C],
  ): Disposable =>
    commands.registerCommand(id, async () => {
      const project = await projectOf(store);
      return project && send(options, command, { ...rest, ...project });
    });
  const verdict = (title: string) => () => askVerdict(title, options.memory);

  return [
    onSpec("chant.ui.work", "chant.work", is("ready")),
    onSpec("chant.ui.workChain", "chant.work", is("ready", "blocked"), () => ({
      chain: true,
    })),
    onSpec("chant.ui.merge", "chant.merge", unmerged),
    onSpec("chant.ui.cancel", "chant.cancel", open),
    onSpec("chant.ui.reset", "chant.reset", hasRun),
    onSpec("chant.ui.resume", "chant.resume", is("paused", "failed", "needs_attention")),
    onSpec("chant.ui.log", "chant.log", hasRun),
    onSpec("chant.ui.split", "chant.split", open),
    onSpec("chant.ui.splitResearch", "chant.split", open, () => ({ research: true })),
    onSpec("chant.ui.approve", "chant.approve", any, verdict("Approve")),
    onSpec("chant.ui.reject", "chant.reject", any, verdict("Reject")),
    commands.registerCommand("chant.ui.new", () => newSpec(options)),
    onProject("chant.ui.workReady", "chant.workReady", {}),
    onProject("chant.ui.graph", "chant.graph", { format: "tree" }),
    commands.registerCommand(LIST_REFERENCES, listReferences),
    commands.registerCommand("chant.ui.refresh", () => store.refresh(session.current())),
    commands.registerCommand("chant.ui.restart", () => session.restart()),
    commands.registerCommand("chant.ui.showLog", showLog),
  ];
}

async function listReferences(place: Place): Promise<void> {
  const uri = Uri.parse(place.uri);
  const at = new Position(place.position.line, place.position.character);
  const found = await commands.executeCommand("vscode.executeReferenceProvider", uri, at);
  await commands.executeCommand("editor.action.showReferences", uri, at, found);
}

const LAST_NAME = "chant.approver";

async function askVerdict(title: string, memory: Memento) {
  const by = await window.showInputBox({
    title,
    prompt: "In whose name?",
    value: memory.get(LAST_NAME, userInfo().username),
    validateInput: (text) => (text.trim() ? undefined : "A name is needed."),
  });
  if (!by) return undefined;
  await memory.update(LAST_NAME, by.trim());
  const reason = await window.showInputBox({ title, prompt: "Reason (may be left empty)" });
  return reason === undefined ? undefined : { by: by.trim(), ...(reason && { reason }) };
}
