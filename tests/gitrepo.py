"""Real repositories for tests: each kind is built once a process, then copied.

`repo = make_repo(tmp_path)` gives a project with `main` checked out, one commit, identity set, and
an environment that sees nothing of the machine's own git configuration.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from chant_ls.host.git import GitRepo, open_repo
from chant_ls.host.git_run import no_fault

IDENTITY = "[user]\n\tname = Ann Tester\n\temail = ann@example.org\n"

FILES = {
    "README.md": "# Example\n",
    "src/app.py": "def main():\n    return 1\n",
    "src/util.py": "ONE = 1\nTWO = 2\nTHREE = 3\n",
    ".gitignore": "*.log\nbuild/\n",
    ".chant/config.md": "---\nproject:\n  name: example\n---\n",
}


@dataclass(frozen=True)
class RepoUnderTest:
    """`root` holds `.chant` (a subfolder in a monorepo); `top` is the checkout."""

    top: Path
    root: Path
    env: Mapping[str, str]

    def git(self, *argv: str, cwd: Path | None = None, ok: bool = True) -> str:
        done = subprocess.run(
            ["git", *argv],
            cwd=cwd or self.top,
            env=dict(self.env),
            capture_output=True,
            text=True,
            check=False,
        )
        assert not ok or done.returncode == 0, f"git {argv}: {done.stdout}{done.stderr}"
        return done.stdout.strip()

    def open(self, fault=no_fault) -> GitRepo:
        """The adapter under test."""
        repo = open_repo(self.root, self.env, fault)
        assert repo is not None
        return repo

    def write(self, path: str, text: str | bytes, top: Path | None = None) -> Path:
        file = (top or self.top) / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file

    def commit(self, files: Mapping[str, str], message: str = "change") -> str:
        """On the checked-out branch; the new commit's hash."""
        for path, text in files.items():
            self.write(path, text)
        self.git("--literal-pathspecs", "add", "-f", "--", *files)
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str, files: Mapping[str, str | None], base: str = "HEAD") -> str:
        """A branch with one commit of these files (None deletes), made without any checkout."""
        with tempfile.TemporaryDirectory() as folder:
            tree = Path(folder) / "w"
            self.git("worktree", "add", "-q", "-b", name, str(tree), base)
            for path, text in files.items():
                if text is None:
                    (tree / path).unlink()
                else:
                    self.write(path, text, tree)
            self.git("add", "-A", "-f", cwd=tree)
            self.git("commit", "-q", "-m", f"work on {name}", cwd=tree)
            self.git("worktree", "remove", "--force", str(tree))
        return self.git("rev-parse", name)

    def picture(self, top: Path | None = None) -> dict[str, object]:
        """All of a checkout that no command may change: HEAD, index, files with modes, stash."""
        where = top or self.top
        return {
            "HEAD": self.git("rev-parse", "--symbolic-full-name", "HEAD", cwd=where),
            "commit": self.git("rev-parse", "HEAD", cwd=where),
            "index": self.git("ls-files", "-s", "-v", cwd=where),
            "stash": self.git("rev-parse", "-q", "--verify", "refs/stash", cwd=where, ok=False),
            "files": files_of(where),
        }


def files_of(top: Path) -> dict[str, tuple[int, bytes]]:
    found = {}
    for folder, names, files in os.walk(top):
        if ".git" in names:
            names.remove(".git")
        for name in files:
            path = Path(folder) / name
            if name != ".git":
                data = bytes(path.readlink()) if path.is_symlink() else path.read_bytes()
                found[path.relative_to(top).as_posix()] = (path.lstat().st_mode, data)
    return found


def clean_env(home: Path) -> dict[str, str]:
    """An environment in which git sees only the configuration below `home`."""
    home.mkdir(parents=True, exist_ok=True)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "XDG_"))}
    kept.pop("EMAIL", None)
    return {**kept, "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}


def make_repo(
    folder: Path, main: str = "main", subfolder: str = "", name: str = "project"
) -> RepoUnderTest:
    """A fresh copy below `folder`; `subfolder`: where in the repository `.chant` lies."""
    top = folder / name
    shutil.copytree(_template(main, subfolder), top, symlinks=True)
    env = clean_env(folder / "home")
    (folder / "home" / ".gitconfig").write_text(IDENTITY)
    return RepoUnderTest(top, top / subfolder if subfolder else top, env)


@lru_cache
def _template(main: str, subfolder: str) -> Path:
    _KEPT.append(tempfile.TemporaryDirectory(prefix="chant-kept-"))
    top = Path(_KEPT[-1].name) / "top"
    env = clean_env(Path(_KEPT[-1].name) / "home")
    (Path(env["HOME"]) / ".gitconfig").write_text(IDENTITY)
    top.mkdir()
    repo = RepoUnderTest(top, top, env)
    repo.git("init", "-q", "-b", main)
    prefix = f"{subfolder}/" if subfolder else ""
    repo.commit({prefix + path: text for path, text in FILES.items()}, "start")
    return top


_KEPT: list[tempfile.TemporaryDirectory] = []
