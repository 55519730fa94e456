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
MARKS = {"<" * 7, "=" * 7, ">" * 7, "|" * 7}
PROMPT: list[str] = []


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


def tick_whole() -> None:
    """In one step: killed, it leaves no half of a file."""
    aside = Path(os.environ["AGENT_GATE"]).with_name(f"{ID}.aside")
    aside.write_text(SPEC.read_text().replace("- [ ]", "- [x]"))
    aside.replace(SPEC)


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


def busy() -> None:
    print("HTTP 529: the model is overloaded", file=sys.stderr)
    fail()


def busy_once() -> None:
    first = Path(os.environ["AGENT_GATE"]).with_name("busy")
    if not first.exists():
        first.touch()
        busy()


def grumpy() -> None:
    print("not today, please")
    fail()


def unmerged() -> list[Path]:
    told = subprocess.run(
        ["git", "diff", "--name-only", "--diff-filter=U", "-z"],
        check=True,
        cwd=HERE,
        stdout=subprocess.PIPE,
    ).stdout.decode()
    top = Path(os.environ["CHANT_WORKTREE_PATH"])
    return [top / name for name in told.split("\0") if name]


def keep_both() -> None:
    """Both sides of every conflict, without the markers."""
    for path in unmerged():
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(li for li in lines if li[:7] not in MARKS))


def half_settle() -> None:
    """Only the first marker of each file goes; then all is staged."""
    for path in unmerged():
        path.write_text(path.read_text().split("\n", 1)[1])
    git("add", "-A")


def blank() -> None:
    for path in unmerged():
        path.write_text("\n")
    git("add", "-A")


def stage() -> None:
    git("add", "-A")


def abort_merge() -> None:
    git("merge", "--abort")


def touch_workflow() -> None:
    path = HERE / ".github" / "workflows" / "ci.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("on: push\n")


def once_dead() -> None:
    """Dies the first time it is started."""
    first = Path(os.environ["AGENT_GATE"]).with_name("first")
    if not first.exists():
        first.touch()
        die()


def show_prompt() -> None:
    Path(os.environ["AGENT_GATE"]).with_name("prompt").write_text(PROMPT[0])


def wait_for_file() -> None:
    """Until the test lets it go on."""
    gate = Path(os.environ["AGENT_GATE"])
    note(os.getpid())
    while not gate.exists():
        time.sleep(0.01)


def script() -> None:
    """Whatever the test wants of it."""
    subprocess.run(["sh", "-c", os.environ["AGENT_SCRIPT"]], check=True, cwd=HERE)


def main() -> None:
    prompt = sys.stdin.read()
    PROMPT.append(prompt)
    told = [line[5:] for line in prompt.splitlines() if line.startswith("DOES:")]
    for word in (told[0] if told else os.environ.get("AGENT_DOES", "edit tick commit")).split():
        with contextlib.suppress(OSError):  # whoever listened may be dead
            print(f"doing {word}", flush=True)
        globals()[word]()


if __name__ == "__main__":
    main()
