/** Runs inside the real extension host, against the packaged extension and a scratch project. */
import { strict as assert } from "node:assert";
import {
  commands,
  type CompletionList,
  extensions,
  type Hover,
  languages,
  Position,
  Uri,
  window,
  workspace,
} from "vscode";
import type { Api } from "../../src/extension";
import type { Answer, SpecState } from "../../src/wire";

const EXTENSION = "chant.chant-specs";
const DEADLINE_MS = 30_000;
const BROKEN = "2026-01-29-003-ccc";

/** Asks until the answer is there. What the editor cancels meanwhile is asked again. */
async function until<T>(
  what: string,
  ask: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const end = Date.now() + DEADLINE_MS;
  let last: unknown;
  while (Date.now() < end) {
    try {
      const answer = await ask();
      if (answer) return answer;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`never came: ${what} (${String(last)})`);
}

function specUri(id: string): Uri {
  const [folder] = workspace.workspaceFolders ?? [];
  assert.ok(folder);
  return Uri.joinPath(folder.uri, ".chant", "specs", `${id}.md`);
}

async function open(id: string) {
  const document = await workspace.openTextDocument(specUri(id));
  return window.showTextDocument(document);
}

const codes = (uri: Uri): string[] =>
  languages
    .getDiagnostics(uri)
    .map(({ code }) => String(typeof code === "object" ? code.value : code));

async function commandsAreThere(): Promise<void> {
  const extension = extensions.getExtension(EXTENSION);
  assert.ok(extension, "the extension is installed");
  await extension.activate();
  const promised = (extension.packageJSON as { contributes: { commands: { command: string }[] } })
    .contributes.commands;
  const known = new Set(await commands.getCommands(true));
  assert.deepEqual(
    promised.map((it) => it.command).filter((id) => !known.has(id)),
    [],
  );
  await until("the server's own commands", async () =>
    (await commands.getCommands(true)).includes("chant.work"),
  );
}

async function wrongDependencyIsSeen(): Promise<void> {
  await open(BROKEN);
  await until("unknown-dependency", () => codes(specUri(BROKEN)).includes("unknown-dependency"));
}

async function mistakeComesAndGoesWhileTyping(): Promise<void> {
  const editor = await open("2026-01-29-001-aaa");
  const typeLine = editor.document.lineAt(1);
  assert.equal(typeLine.text, "type: task");
  await editor.edit((edit) => edit.replace(typeLine.range, "type: tusk"));
  await until("invalid-value", () => codes(editor.document.uri).includes("invalid-value"));
  await commands.executeCommand("undo");
  await until("no more invalid-value", () => !codes(editor.document.uri).includes("invalid-value"));
  await editor.document.save();
}

async function idIsCompleted(): Promise<void> {
  const editor = await open("2026-01-29-002-bbb");
  const line = editor.document
    .getText()
    .split("\n")
    .findIndex((it) => it.startsWith("  - "));
  const at = new Position(line, 4);
  const list = await until("an id in the completion", async () => {
    const found = await commands.executeCommand<CompletionList>(
      "vscode.executeCompletionItemProvider",
      editor.document.uri,
      at,
    );
    return found.items.some((it) => wordOf(it.label) === BROKEN) ? found : undefined;
  });
  assert.ok(!list.items.some((it) => wordOf(it.label) === "2026-01-29-002-bbb"), "never itself");
}

async function specs(): Promise<readonly SpecState[]> {
  return (await extensions.getExtension<Api>(EXTENSION)?.activate())?.specs() ?? [];
}

async function specsAreListed(): Promise<void> {
  const all = await until("three specs", async () => {
    const found = (await specs()).filter((it) => it.path.startsWith(".chant/specs/"));
    return found.length === 3 ? found : undefined;
  });
  assert.deepEqual(
    all.map((it) => it.status),
    ["ready", "blocked", "blocked"],
  );
}

const wordOf = (label: string | { label: string }): string =>
  typeof label === "string" ? label : label.label;

async function otherMarkdownIsLeftAlone(): Promise<void> {
  const [folder] = workspace.workspaceFolders ?? [];
  assert.ok(folder);
  const readme = Uri.joinPath(folder.uri, "README.md");
  const editor = await window.showTextDocument(await workspace.openTextDocument(readme));
  assert.equal(editor.document.languageId, "markdown");
  await open(BROKEN);
  await until("its diagnostics", () => codes(specUri(BROKEN)).length > 0);
  assert.deepEqual(codes(readme), []);
}

/** The archive, the configuration, prompts and templates: the server answers for each. */
async function everyKindOfFileIsChecked(): Promise<void> {
  const [folder] = workspace.workspaceFolders ?? [];
  assert.ok(folder);
  const archived = Uri.joinPath(folder.uri, ".chant", "archive", "2026-01-28-001-old.md");
  await window.showTextDocument(await workspace.openTextDocument(archived));
  await until("a hover in the archive", async () => {
    const at = new Position(1, 1);
    const provider = "vscode.executeHoverProvider";
    return (await commands.executeCommand<Hover[]>(provider, archived, at)).length > 0;
  });
  for (const path of ["config.md", "prompts/own.md", "templates/own.md"]) {
    const uri = Uri.joinPath(folder.uri, ".chant", path);
    await window.showTextDocument(await workspace.openTextDocument(uri));
    await until(`unknown-field in ${path}`, () => codes(uri).includes("unknown-field"));
  }
}

async function restartsAreSerialized(): Promise<void> {
  await Promise.all([1, 2, 3].map(() => commands.executeCommand("chant.ui.restart")));
  await open(BROKEN);
  await until("diagnostics after a restart", () =>
    codes(specUri(BROKEN)).includes("unknown-dependency"),
  );
  const twice = codes(specUri(BROKEN)).filter((code) => code === "unknown-dependency");
  assert.equal(twice.length, 1, "each diagnostic once");
  await until("the list of the new server", async () => (await specs()).length >= 3);
}

/** Presses the first button of the newest notification, "Run", until the work is done. */
async function agreeing<T>(work: Promise<T>): Promise<T> {
  const timer = setInterval(() => {
    void commands.executeCommand("notification.acceptPrimaryAction");
  }, 500);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

/** The spec's own `sh` block is worked by the provider `shell`; the commit is the proof. */
async function specIsWorkedAndMerged(): Promise<void> {
  const id = "2026-01-29-001-aaa";
  const editor = await open(id);
  await editor.edit((edit) => edit.insert(new Position(editor.document.lineCount, 0), "\nMore.\n"));
  assert.ok(editor.document.isDirty);
  const started = commands.executeCommand<{ ok: boolean } | undefined>("chant.ui.work", id);
  const answer = await agreeing(Promise.resolve(started));
  assert.ok(answer?.ok, "the run started; an unsaved buffer was saved first");
  assert.ok(!editor.document.isDirty);
  await until("work that waits to be merged", async () => {
    const spec = (await specs()).find((it) => it.id === id);
    return spec?.status === "completed" && spec.merged === false;
  });
  const merged = await commands.executeCommand<{ ok: boolean } | undefined>("chant.ui.merge", id);
  assert.ok(merged?.ok, "merged");
  const [folder] = workspace.workspaceFolders ?? [];
  assert.ok(folder);
  const made = await workspace.fs.readFile(Uri.joinPath(folder.uri, "made.txt"));
  assert.equal(Buffer.from(made).toString(), "made by the spec\n");
}

async function newSpecIsWritten(): Promise<void> {
  const argument = { title: "Try $& new things", type: "task", labels: ["fresh"] };
  const answer = await commands.executeCommand<Answer | undefined>("chant.add", argument);
  assert.ok(answer?.path && answer.root);
  await open(answer.path.replace(/^.*\/|\.md$/g, ""));
  const spec = await until("the new spec in the list", async () =>
    (await specs()).find((it) => it.title === argument.title),
  );
  assert.deepEqual([spec.type, spec.status, spec.labels], ["task", "ready", ["fresh"]]);
}

const TESTS = [
  commandsAreThere,
  wrongDependencyIsSeen,
  mistakeComesAndGoesWhileTyping,
  idIsCompleted,
  otherMarkdownIsLeftAlone,
  specsAreListed,
  everyKindOfFileIsChecked,
  restartsAreSerialized,
  newSpecIsWritten,
  specIsWorkedAndMerged,
];

export async function run(): Promise<void> {
  const failures: string[] = [];
  for (const test of TESTS) {
    try {
      await test();
      console.log(`ok   ${test.name}`);
    } catch (error) {
      failures.push(test.name);
      console.log(
        `FAIL ${test.name}: ${error instanceof Error ? (error.stack ?? "") : String(error)}`,
      );
    }
  }
  if (failures.length) throw new Error(`failed: ${failures.join(", ")}`);
}
