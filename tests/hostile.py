"""A repository whose author wants something to run on the machine of whoever opens it."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
TRAPS = ("core.fsmonitor", "core.pager", "core.sshCommand", "core.editor", "core.askPass")
TRAPS += ("core.gitProxy", "core.alternateRefsCommand", "diff.external", "gpg.program")
TRAPS += ("sequence.editor", "credential.helper", "uploadpack.packObjectsHook")
TRAPS += ("filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "diff.evil.textconv")
TRAPS += ("diff.evil.command", "merge.evil.driver", "remote.origin.uploadpack", "pager.status")
HOOKS = ("pre-commit", "post-checkout", "post-index-change", "reference-transaction")
MODULES = ("yaml", "git", "click", "rich", "frontmatter", "sitecustomize", "chant_ls", "psutil")

WATCHED = """\
import sys
def hook(event, args, names=("subprocess.Popen", "os.posix_spawn", "os.exec", "os.fork",
                             "os.system", "os.forkpty", "os.spawn", "socket.connect",
                             "socket.bind")):
    if event in names:
        sys.stderr.write("DID " + event + repr(args) + chr(10))
        sys.stderr.flush()
sys.addaudithook(hook)
"""
SERVE = WATCHED + "from chant_ls.lsp.main import main\nmain()\n"
RUN = WATCHED + "from chant_ls.cli.main import main\nmain(sys.argv[1:])\n"


def booby_trap(root: Path, marks: Path) -> None:
    """Whatever of the repository's choosing is run, leaves a file in `marks`."""
    marks.mkdir()
    program = root / "evil.sh"
    program.write_text(f'#!/bin/sh\ntouch "{marks}/$(basename "$0")-$$"\nexit 1\n')
    program.chmod(0o755)
    hooks = root / "evil-hooks"
    hooks.mkdir()
    for name in HOOKS:
        (hooks / name).symlink_to(program)
    for key in TRAPS:
        _git(root, "config", key, str(program))
    for key, value in (
        ("core.hooksPath", str(hooks)),
        ("alias.ls-files", f"!{program}"),
        ("alias.evil", f"!{program}"),
        ("filter.evil.required", "true"),
        ("remote.origin.url", f"ext::{program}"),
        ("include.path", str(root / "more-config")),
    ):
        _git(root, "config", key, value)
    (root / ".gitattributes").write_text("* filter=evil diff=evil merge=evil\n")
    for name in MODULES:
        (root / f"{name}.py").write_text(f"open({str(marks / name)!r}, 'w')\n")


def assert_quiet(marks: Path, stderr: str) -> None:
    """Nothing was run: no mark, no process, no listener."""
    assert [line for line in stderr.splitlines() if line.startswith("DID")] == []
    assert list(marks.iterdir()) == []


def run_watched(
    folder: Path, script: Path, arguments: Sequence[str], env: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """`chant ARGUMENTS` started in `folder` as its installed script would be."""
    script.write_text(RUN)
    return subprocess.run(
        [sys.executable, str(script), *arguments],
        cwd=folder,
        env={**env, "PYTHONPATH": str(REPOSITORY)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _git(root: Path, *arguments: str) -> None:
    env = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(["git", "-C", str(root), *arguments], env=env, check=True)
