// VS Code in a browser: starts its server on a scratch home and opens it in Chromium.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

const SETTINGS = {
  "security.workspace.trust.enabled": false,
  "workbench.startupEditor": "none",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.colorTheme": "Default Light Modern",
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "chat.disableAIFeatures": true,
  "extensions.ignoreRecommendations": true,
  "git.openRepositoryInParentFolders": "never",
};

const BROWSER = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
  ...["--disable-background-networking", "--disable-component-update"],
];

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

async function answers(url, deadline = Date.now() + 60_000) {
  while (Date.now() < deadline) {
    if (
      await fetch(url).then(
        (it) => it.ok,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no answer from ${url}`);
}

/** Starts the editor's server. `home` is its scratch folder, `extensions` where installed ones lie. */
export async function startEditor({ scratch, home, extensions, settings = {}, flags = [] }) {
  const port = await freePort();
  const user = join(home, "data", "User");
  mkdirSync(user, { recursive: true });
  writeFileSync(join(user, "settings.json"), JSON.stringify({ ...SETTINGS, ...settings }));
  const child = spawn(
    process.execPath,
    [
      join(scratch, "node_modules", "code-server", "lib", "vscode", "out", "server-main.js"),
      ...["--host", "127.0.0.1", "--port", String(port), "--without-connection-token"],
      ...["--accept-server-license-terms", ...flags],
      ...["--server-data-dir", home, "--extensions-dir", extensions],
      ...["--reconnection-grace-time", "5"],
    ],
    {
      detached: true,
      stdio: ["ignore", "ignore", "inherit"],
      env: {
        ...process.env,
        EXTENSIONS_GALLERY: "{}",
        XDG_CONFIG_HOME: join(home, "config"),
        XDG_DATA_HOME: join(home, "share"),
        XDG_STATE_HOME: join(home, "state"),
        XDG_CACHE_HOME: join(home, "cache"),
      },
    },
  );
  const url = `http://127.0.0.1:${port}`;
  await answers(url);
  return { url, authority: `127.0.0.1:${port}`, stop: () => process.kill(-child.pid) };
}

/** Installs a packaged extension as the command line of VS Code does. */
export function installExtension({ scratch, home, extensions, vsix }) {
  execFileSync(
    process.execPath,
    [
      join(scratch, "node_modules", "code-server", "lib", "vscode", "out", "server-main.js"),
      ...["--accept-server-license-terms", "--server-data-dir", home],
      ...["--extensions-dir", extensions, "--install-extension", vsix, "--force"],
    ],
    { stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, EXTENSIONS_GALLERY: "{}" } },
  );
}

export async function openBrowser(scratch) {
  const { chromium } = await import(join(scratch, "node_modules", "playwright-core", "index.mjs"));
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: BROWSER });
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  return { browser, page };
}
