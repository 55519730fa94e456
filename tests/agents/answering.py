"""An agent that says what lies in ANSWERS (1.md, then 2.md …), and meddles with its checkout."""

import os
import signal
import subprocess
import sys
from pathlib import Path

ANSWERS = Path(os.environ["ANSWERS"])


def main() -> None:
    prompt = sys.stdin.read()
    number = len(list(ANSWERS.glob("prompt-*.md"))) + 1
    (ANSWERS / f"prompt-{number}.md").write_text(prompt)
    Path("README.md").write_text("spoilt\n")
    Path("new.txt").write_text("not asked for\n")
    Path("build").mkdir(exist_ok=True)
    Path("build/out.o").write_text("ignored\n")
    if number == 1:
        subprocess.run(["git", "add", "-A"], check=True)
        subprocess.run(["git", "commit", "-qm", "meddled"], check=True)
    if (ANSWERS / "hang").exists():
        (ANSWERS / "pid").write_text(str(os.getpid()))
        signal.pause()
    answer = ANSWERS / f"{number}.md"
    if not answer.exists():
        sys.exit("no idea")
    print(answer.read_text())


if __name__ == "__main__":
    main()
