// Fills bundled/libs with the server and all it needs, for one platform and every Python it supports.
// Compiled modules of different Pythons carry different names, so that they lie side by side.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const repository = resolve(here, "../..");
const libs = join(here, "bundled", "libs");

const PYTHONS = ["3.11", "3.12", "3.13", "3.14"];
const manylinux = (arch) =>
  ["manylinux_2_28", "manylinux_2_17", "manylinux2014"].map((it) => `${it}_${arch}`);
const PLATFORMS = {
  "linux-x64": manylinux("x86_64"),
  "linux-arm64": manylinux("aarch64"),
  "darwin-x64": ["macosx_11_0_x86_64", "macosx_10_13_x86_64", "macosx_10_9_x86_64"],
  "darwin-arm64": ["macosx_11_0_arm64"],
  "win32-x64": ["win_amd64"],
};

export const hostTarget = () => `${process.platform}-${process.arch}`;

function python() {
  const venv = join(repository, ".venv", "bin", "python");
  return process.env.CHANT_PYTHON ?? (existsSync(venv) ? venv : "python3");
}

const pip = (...args) =>
  execFileSync(python(), ["-m", "pip", "--quiet", "--disable-pip-version-check", ...args], {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, PIP_ROOT_USER_ACTION: "ignore" },
  });

function install(wheel, version, platforms, folder) {
  pip(
    ...["install", "--target", folder, "--no-compile", "--only-binary=:all:"],
    ...["--implementation", "cp", "--python-version", version],
    ...platforms.flatMap((platform) => ["--platform", platform]),
    wheel,
  );
}

export function bundle(target = hostTarget()) {
  const platforms = PLATFORMS[target];
  if (!platforms)
    throw new Error(`no such target: ${target}; there are ${Object.keys(PLATFORMS).join(", ")}`);
  const scratch = mkdtempSync(join(tmpdir(), "chant-bundle-"));
  try {
    pip("wheel", "--no-deps", "--wheel-dir", scratch, repository);
    const wheel = join(
      scratch,
      readdirSync(scratch).find((name) => name.endsWith(".whl")),
    );
    rmSync(libs, { recursive: true, force: true });
    mkdirSync(libs, { recursive: true });
    for (const version of PYTHONS) {
      const folder = join(scratch, version);
      install(wheel, version, platforms, folder);
      cpSync(folder, libs, { recursive: true });
    }
    rmSync(join(libs, "bin"), { recursive: true, force: true });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) bundle(process.argv[2]);
