"""A supervisor that dies by KILL at a step: `python killed.py ROOT JOB STEP`, run by tests."""

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

from chant_ls.app import build_app
from chant_ls.engine.supervisor import supervise


def main(root: str, job: str, step: str) -> int:
    def fault(at: str) -> None:
        if at == step:
            os.kill(os.getpid(), signal.SIGKILL)

    engine = replace(build_app(Path(root), dict(os.environ)).engine, fault=fault)
    return supervise(engine, job, lambda word: None)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
