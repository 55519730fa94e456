import { dirname, join } from "node:path";
import type { LogOutputChannel, Uri } from "vscode";
import { executableName, expandHome, isProgram, onPath } from "./paths";
import { type Argv, run, spell } from "./process";
import { chosenInterpreter, findInterpreter } from "./python";

export interface Place {
  readonly trusted: boolean;
  readonly folders: readonly Uri[];
  /** Where this extension is installed: holds `bundled`, and is a neutral folder to start from. */
  readonly extensionPath: string;
  readonly serverPath: string;
  readonly pythonPath: string;
}

export interface Located extends Argv {
  readonly origin: "setting" | "environment" | "path" | "bundled";
}

const PROGRAM = "chant-ls";

/**
 * The server to start: the one of the settings, of the chosen Python environment, of PATH, else the
 * one in this extension. An untrusted workspace gets the last. A string says why there is none.
 */
export async function locate(place: Place, log: LogOutputChannel): Promise<Located | string> {
  if (place.trusted && place.serverPath) return fromSetting(place, log);
  const chosen = await chosenInterpreter(place.folders[0], log);
  return (place.trusted && (await installed(place, chosen, log))) || bundled(place, chosen, log);
}

async function fromSetting(place: Place, log: LogOutputChannel): Promise<Located | string> {
  const found = { origin: "setting", command: expandHome(place.serverPath), args: [] } as const;
  return (
    (await working(found, place, log)) ??
    `The server named in the setting "chant.server.path" does not run: ${found.command}`
  );
}

async function installed(
  place: Place,
  chosen: string | undefined,
  log: LogOutputChannel,
): Promise<Located | undefined> {
  const beside = chosen ? [join(dirname(chosen), executableName(PROGRAM))].filter(isProgram) : [];
  const found: Located[] = [
    ...beside.map((command) => ({ origin: "environment", command, args: [] }) as const),
    ...onPath(PROGRAM).map((command) => ({ origin: "path", command, args: [] }) as const),
  ];
  for (const server of found) {
    const answer = await working(server, place, log);
    if (answer) return answer;
  }
  return undefined;
}

async function working(
  server: Located,
  place: Place,
  log: LogOutputChannel,
): Promise<Located | undefined> {
  const { ok, text } = await run({ ...server, args: ["--version"] }, place.extensionPath);
  if (ok && /\d+\.\d+/.test(text)) return server;
  log.warn(`Passed over ${spell(server)} (${server.origin}): ${text || "it tells no version"}`);
  return undefined;
}

async function bundled(
  place: Place,
  chosen: string | undefined,
  log: LogOutputChannel,
): Promise<Located | string> {
  const python = await findInterpreter(
    {
      named: expandHome(place.pythonPath),
      chosen,
      forbidden: place.trusted ? [] : place.folders.map((folder) => folder.fsPath),
      cwd: place.extensionPath,
    },
    log,
  );
  if (typeof python === "string") return python;
  const launcher = join(place.extensionPath, "bundled", "launch.py");
  // -I and -S: neither the environment, nor the user's packages, nor the folder we start in take part.
  return {
    origin: "bundled",
    command: python.command,
    args: [...python.args, "-I", "-S", launcher],
  };
}
