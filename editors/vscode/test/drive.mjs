// Runs test/host inside the extension host of a real VS Code, with the packaged extension.
import { mkdirSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { installedTests } from "./installed.mjs";
import { openBrowser, startEditor } from "./editor.mjs";
import { makeProject } from "./project.mjs";

const here = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const scratch = join(here, ".vscode-test");
const build = join(here, "build");
const screenshots = join(build, "screenshots");
const LIMIT_MS = 420_000;

const limit = setTimeout(() => {
  console.error("the editor did not come to an end");
  process.exit(1);
}, LIMIT_MS);

async function hostTests() {
  const home = join(build, "host-home");
  const project = join(build, "host-project");
  rmSync(home, { recursive: true, force: true });
  makeProject(project);
  const editor = await startEditor({
    scratch,
    home,
    extensions: join(home, "extensions"),
    flags: ["--enable-smoke-test-driver"],
  });
  const { browser, page } = await openBrowser(scratch);
  try {
    let exit;
    const ended = new Promise((done) => (exit = done));
    await page.exposeFunction("codeAutomationLog", (_type, args) => console.log(...args));
    await page.exposeFunction("codeAutomationExit", (code) => exit(code));
    const remote = (path) => `vscode-remote://${editor.authority}${path}`;
    const payload = JSON.stringify([
      ["extensionDevelopmentPath", remote(join(build, "extension"))],
      ["extensionTestsPath", remote(join(build, "host", "index.js"))],
    ]);
    await page.goto(`${editor.url}/?folder=${project}&payload=${encodeURIComponent(payload)}`);
    const code = await ended;
    await page.screenshot({ path: join(screenshots, "host.png") });
    return code;
  } finally {
    await browser.close();
    editor.stop();
  }
}

mkdirSync(screenshots, { recursive: true });
const code = await hostTests();
if (code === 0) {
  const vsix = join(here, "chant-specs.vsix");
  await installedTests({ scratch, build, vsix, screenshots });
}
clearTimeout(limit);
process.exit(code);
