import { extensions, type LogOutputChannel, type Uri } from "vscode";
import { reasonOf } from "../reason";
import { inside, isProgram, onPath } from "./paths";
import { type Argv, run, spell } from "./process";

export const OLDEST = [3, 11] as const;

/** The part of the ms-python extension's API that is used here. */
interface PythonApi {
  readonly environments: {
    getActiveEnvironmentPath(resource?: Uri): { readonly id: string; readonly path: string };
    resolveEnvironment(
      environment: unknown,
    ): Promise<{ readonly executable: { readonly uri?: Uri } } | undefined>;
    onDidChangeActiveEnvironmentPath(listener: () => void): { dispose(): void };
  };
}

async function pythonApi(): Promise<PythonApi | undefined> {
  return extensions.getExtension<PythonApi>("ms-python.python")?.activate();
}

/** The interpreter chosen in the Python extension, where that is installed. */
export async function chosenInterpreter(
  folder: Uri | undefined,
  log: LogOutputChannel,
): Promise<string | undefined> {
  try {
    const api = await pythonApi();
    const path = api?.environments.getActiveEnvironmentPath(folder);
    const found = path && (await api?.environments.resolveEnvironment(path));
    return found?.executable.uri?.fsPath;
  } catch (error) {
    log.warn(`The Python extension did not answer: ${reasonOf(error)}`);
    return undefined;
  }
}

export async function onInterpreterChosen(listener: () => void): Promise<{ dispose(): void }> {
  const api = await pythonApi();
  return api?.environments.onDidChangeActiveEnvironmentPath(listener) ?? { dispose() {} };
}

export interface Search {
  /** Named in the settings; then no other is tried. */
  readonly named: string;
  readonly chosen: string | undefined;
  /** Folders whose programs must not be run. */
  readonly forbidden: readonly string[];
  readonly cwd: string;
}

const NAMES = ["python3", "python", "python3.14", "python3.13", "python3.12", "python3.11"];

function candidates(search: Search): Argv[] {
  if (search.named) return [{ command: search.named, args: [] }];
  const paths = [search.chosen ?? [], NAMES.flatMap(onPath)]
    .flat()
    .filter((path) => isProgram(path) && !inside(search.forbidden, path));
  const launchers = onPath("py").map((command) => ({ command, args: ["-3"] }));
  return [...[...new Set(paths)].map((command) => ({ command, args: [] })), ...launchers];
}

const VERSION = 'import sys; print("%d.%d" % sys.version_info[:2])';

function recent(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** The first interpreter that is new enough, or a sentence that says what was found instead. */
export async function findInterpreter(
  search: Search,
  log: LogOutputChannel,
): Promise<Argv | string> {
  const refused: string[] = [];
  for (const argv of candidates(search)) {
    const { ok, text } = await run(
      { ...argv, args: [...argv.args, "-I", "-S", "-c", VERSION] },
      search.cwd,
    );
    if (ok && recent(text)) return argv;
    const what = ok ? `Python ${text} at ${argv.command}` : `${argv.command} does not run`;
    log.warn(`Passed over ${spell(argv)}: ${text}`);
    refused.push(what);
  }
  const found = refused[0] ? `found ${refused[0]}` : "found none";
  return `Chant needs Python ${OLDEST.join(".")} or later, ${found}. Install one, or name it in the setting "chant.server.python".`;
}
