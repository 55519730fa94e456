"""Running the real `chant` in a test."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Told:
    code: int
    stdout: str
    stderr: str


def environment(home: Path, **more: str) -> dict[str, str]:
    """A user of their own: nothing of this machine's configuration, no colours."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PYTHONPATH": str(REPOSITORY),
        "GIT_CONFIG_NOSYSTEM": "1",
        "LANG": "C.UTF-8",
        **more,
    }


def chant(folder: Path, *arguments: str, env: Mapping[str, str] | None = None) -> Told:
    """`chant ARGUMENTS` started in `folder`, without a terminal."""
    ran = subprocess.run(
        [sys.executable, "-m", "chant_ls.cli", *arguments],
        cwd=folder,
        env=environment(folder.parent) if env is None else dict(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Told(ran.returncode, ran.stdout, ran.stderr)
