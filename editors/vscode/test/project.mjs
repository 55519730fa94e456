// A scratch project: three specs in a git repository, worked by the provider that needs no model.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const CONFIG = `---
defaults:
  provider: shell
  main_branch: main
colour: red
---

# Chant
`;

const spec = (fields, title, body = "") =>
  `---\n${fields}\n---\n\n# ${title}\n\n${body}## Acceptance Criteria\n\n- [ ] made.txt is there \`$ test -e made.txt\`\n`;

const SCRIPT = "```sh\necho 'made by the spec' > made.txt\n```\n\n";

/** A field that no prompt or template has. */
const PAPER = "---\nname: own\npurpose: none\ncolour: red\n---\n\nDo {{spec.title}}.\n";
const OLD = "---\ntype: task\nstatus: cancelled\n---\n\n# Old\n";

const SPECS = {
  "2026-01-29-001-aaa": spec(
    "type: task\nstatus: pending\ntarget_files:\n  - made.txt",
    "Make a file",
    SCRIPT,
  ),
  "2026-01-29-002-bbb": spec(
    "type: code\nstatus: pending\ndepends_on:\n  - 2026-01-29-001-aaa",
    "Use the file",
  ),
  "2026-01-29-003-ccc": spec(
    "type: code\nstatus: pending\ndepends_on:\n  - 2026-01-29-009-zzz",
    "Wait for nobody",
  ),
};

export function makeProject(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, ".chant", "specs"), { recursive: true });
  writeFileSync(join(folder, ".chant", "config.md"), CONFIG);
  for (const kind of ["archive", "prompts", "templates"])
    mkdirSync(join(folder, ".chant", kind), { recursive: true });
  writeFileSync(join(folder, ".chant", "archive", "2026-01-28-001-old.md"), OLD);
  for (const kind of ["prompts", "templates"])
    writeFileSync(join(folder, ".chant", kind, "own.md"), PAPER);
  writeFileSync(join(folder, "README.md"), "---\ntype: nonsense\n---\n\n# A project\n");
  for (const [id, text] of Object.entries(SPECS))
    writeFileSync(join(folder, ".chant", "specs", `${id}.md`), text);
  const git = (...args) =>
    execFileSync("git", ["-c", "user.name=T", "-c", "user.email=t@example.org", ...args], {
      cwd: folder,
    });
  git("init", "--quiet", "--initial-branch", "main");
  git("config", "user.name", "T");
  git("config", "user.email", "t@example.org");
  git("add", ".");
  git("commit", "--quiet", "--message", "start");
}
