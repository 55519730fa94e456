"""An agent whose behaviour is a list of words in AGENT_DOES (or in the prompt's `DOES:` line)."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

HERE = Path.cwd()
SPEC = Path(os.environ["CHANT_SPEC_FILE"])
ID = os.environ["CHANT_SPEC_ID"]


def git(*argv: str) -> None:
    subprocess.run(["git", *argv], check=True, cwd=HERE, stdout=subprocess.DEVNULL)


def note(pid: int) -> None:
    with Path(os.environ["AGENT_PIDS"]).open("a") as file:
        file.write(f"{pid}\n")


def edit() -> None:
    (HERE / f"{ID}.txt").write_text(f"work of {ID}\n")


def edit_shared() -> None:
    (HERE / "README.md").write_text(f"# Example, by {ID}\n")


def tick() -> None:
    SPEC.write_text(SPEC.read_text().replace("- [ ]", "- [x]"))


def commit() -> None:
    git("add", f"{ID}.txt")
    git("commit", "-q", "-m", f"chant({ID}): work")


def stage_all() -> None:
    git("add", "-A")
    git("commit", "-q", "-m", "all of it")


def sibling() -> None:
    for path in sorted(SPEC.parent.glob("*.md")):
        if path != SPEC:
            path.write_text(path.read_text() + "\nspoilt\n")


def delete_sibling() -> None:
    for path in sorted(SPEC.parent.glob("*.md")):
        if path != SPEC:
            path.unlink()


def complete_itself() -> None:
    SPEC.write_text(SPEC.read_text().replace("---\n", "---\nstatus: completed\nmodel: me\n", 1))


def noise() -> None:
    sys.stderr.write(("x" * 99 + "\n") * 10_500)
    sys.stderr.flush()


def orphan() -> None:
    """A child that leaves our session, loses its parent and does not heed TERM."""
    script = (
        "import signal,time;signal.signal(15,signal.SIG_IGN);print('up',flush=True);time.sleep(600)"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script],
        start_new_session=True,
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    child.stdout.readline()
    note(child.pid)


def orphan_meek() -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", "import time;time.sleep(600)"], start_new_session=True
    )
    note(child.pid)


def hang() -> None:
    note(os.getpid())
    time.sleep(600)


def ignore_term() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fail() -> None:
    sys.exit(3)


def wait_for_file() -> None:
    """Until the test lets it go on."""
    gate = Path(os.environ["AGENT_GATE"])
    note(os.getpid())
    while not gate.exists():
        time.sleep(0.01)


def main() -> None:
    prompt = sys.stdin.read()
    told = [line[5:] for line in prompt.splitlines() if line.startswith("DOES:")]
    for word in (told[0] if told else os.environ.get("AGENT_DOES", "edit tick commit")).split():
        with contextlib.suppress(OSError):  # whoever listened may be dead
            print(f"doing {word}", flush=True)
        globals()[word]()


if __name__ == "__main__":
    main()
