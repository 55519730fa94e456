// Bundles the extension, or with --test what its tests run inside the extension host.
import { build, context } from "esbuild";

const given = new Set(process.argv.slice(2));
const production = given.has("--production");
const [entry, outfile] = given.has("--test")
  ? ["test/host/index.ts", "build/host/index.js"]
  : ["src/extension.ts", "dist/extension.js"];
const options = {
  entryPoints: [entry],
  outfile,
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode"],
  minify: production,
  sourcemap: !production,
  logLevel: "warning",
};

if (given.has("--watch")) await (await context(options)).watch();
else await build(options);
