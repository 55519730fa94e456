"""The line by which git starts our merge driver of spec files.

Each git call of ours names it too: what an agent writes into the shared configuration must not run
in a merge of the user's.
"""

import shlex
import sys
from functools import cache
from pathlib import Path

import chant_ls

DRIVER = "merge.chant-spec.driver"
_BOOT = "import sys; sys.path.append({home!r}); from chant_ls.cli.main import main; main()"


@cache
def command() -> str:
    """The shell line that git runs: ours; markers that it left are a conflict; else git's own."""
    boot = _BOOT.format(home=str(Path(chant_ls.__file__).parents[1]))
    ours = f"{shlex.quote(sys.executable)} -I -c {shlex.quote(boot)} merge-driver %O %A %B"
    marked = "grep -q '^<<<<<<< ' %A"
    lines = "git merge-file -L ours -L base -L theirs %A %O %B"
    return f"{ours} && exit 0; {marked} && exit 1; {lines}"
