// The installed .vsix as a user meets it: first in a folder that is not trusted, then with trust.
import { strict as assert } from "node:assert";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { installExtension, openBrowser, startEditor } from "./editor.mjs";
import { makeProject } from "./project.mjs";

const SPEC = "2026-01-29-003-ccc.md";

export async function installedTests({ scratch, build, vsix, screenshots }) {
  const home = join(build, "installed-home");
  const extensions = join(home, "extensions");
  const project = join(build, "installed-project");
  rmSync(home, { recursive: true, force: true });
  makeProject(project);
  installExtension({ scratch, home, extensions, vsix });
  const settings = {
    "security.workspace.trust.enabled": true,
    "security.workspace.trust.startupPrompt": "never",
  };
  const editor = await startEditor({ scratch, home, extensions, settings });
  const { browser, page } = await openBrowser(scratch);
  page.setDefaultTimeout(60_000);
  const shot = (name) => page.screenshot({ path: join(screenshots, `${name}.png`) });
  try {
    await page.goto(`${editor.url}/?folder=${project}`);
    await untrusted(page, shot);
    await trusted(page, shot);
  } catch (error) {
    await shot("failed");
    throw error;
  } finally {
    await browser.close();
    editor.stop();
  }
}

async function quickOpen(page, text) {
  await page.keyboard.press("Control+P");
  await page.locator(".quick-input-widget input").fill(text);
  await page.locator(".quick-input-list .monaco-list-row").first().waitFor();
  await page.keyboard.press("Enter");
}

async function untrusted(page, shot) {
  await page.getByText("Restricted Mode").first().waitFor();
  await quickOpen(page, `specs/${SPEC}`);
  await page.locator(".squiggly-error").first().waitFor();
  await shot("untrusted");
  await quickOpen(page, ">Chant: Work All Ready Specs");
  await page.locator(".notifications-toasts").getByText("not trusted").first().waitFor();
  console.log("ok   untrusted: specs are checked, nothing is worked");
}

async function trusted(page, shot) {
  await quickOpen(page, ">Workspaces: Manage Workspace Trust");
  await page.getByRole("button", { name: "Trust", exact: true }).first().click();
  await page.getByText("Restricted Mode").first().waitFor({ state: "hidden" });
  await page.keyboard.press("Control+W");
  await quickOpen(page, `specs/${SPEC}`);
  await page.locator(".squiggly-error").first().waitFor();
  await page.getByRole("tab", { name: "Chant" }).first().click();
  const tree = page.getByRole("tree", { name: "Specs" });
  for (const text of ["Make a file", "Use the file", "Wait for nobody"])
    await tree.getByText(text).first().waitFor();
  assert.match(await tree.innerText(), /Ready[\s\S]*Make a file[\s\S]*Blocked/);
  await quickOpen(page, ">Notifications: Clear All Notifications");
  await shot("specs-view");
  console.log("ok   trusted: the Specs view shows what is ready and what is blocked");
}
