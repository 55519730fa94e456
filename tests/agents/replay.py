"""A scripted agent: prints the recorded stream REPLAY_STREAM, as one of the real tools would.

A line `!do edit tick` is done as `agent.py` does it, and not printed; so is `!exit 3`.
`@@word*1000@@` within a line is the word that many times.
"""

import json
import os
import re
import sys
from pathlib import Path

MANY = re.compile(r"@@(.+?)\*(\d+)@@")


def played(line: str) -> None:
    if line.startswith("!exit "):
        sys.exit(int(line.split()[1]))
    if line.startswith("!do "):
        import agent  # it wants the surroundings of an agent

        for word in line.split()[1:]:
            getattr(agent, word)()
        return
    sys.stdout.write(MANY.sub(lambda match: match[1] * int(match[2]), line))
    sys.stdout.flush()


def main() -> None:
    asked = {"argv": sys.argv[1:], "prompt": sys.stdin.read()}
    with Path(os.environ["AGENT_GATE"]).with_name("asked").open("a") as file:
        file.write(json.dumps(asked) + "\n")
    for line in Path(os.environ["REPLAY_STREAM"]).read_text().splitlines(keepends=True):
        played(line)


if __name__ == "__main__":
    main()
