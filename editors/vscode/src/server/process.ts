import { execFile } from "node:child_process";

export interface Argv {
  readonly command: string;
  readonly args: readonly string[];
}

export interface Outcome {
  readonly ok: boolean;
  /** Standard output when it went well, else the reason. */
  readonly text: string;
}

const TIMEOUT_MS = 15_000;

/** Runs a program to its end, from a folder that belongs to nobody's project. Never rejects. */
export function run(argv: Argv, cwd: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { cwd, timeout: TIMEOUT_MS, windowsHide: true, encoding: "utf8" } as const;
    execFile(argv.command, argv.args, options, (error, stdout, stderr) => {
      resolve(
        error
          ? { ok: false, text: stderr.trim() || error.message }
          : { ok: true, text: stdout.trim() },
      );
    }).stdin?.end();
  });
}

export const spell = (argv: Argv): string => [argv.command, ...argv.args].join(" ");
