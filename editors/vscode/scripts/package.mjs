// Makes the .vsix: `npm run package [-- TARGET]`, TARGET as in scripts/bundle.mjs, else this platform.
import { execFileSync } from "node:child_process";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle, hostTarget } from "./bundle.mjs";

const here = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const target = process.argv[2] ?? hostTarget();

const node = (...args) => execFileSync(process.execPath, args, { cwd: here, stdio: "inherit" });

bundle(target);
node("esbuild.mjs", "--production");
node(
  join("node_modules", "@vscode", "vsce", "vsce"),
  ...["package", "--target", target, "--no-dependencies", "--allow-missing-repository"],
  ...["--out", "chant-specs.vsix"],
);
