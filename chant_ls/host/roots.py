"""Where a project and its run state are. Files are read, no process starts."""

from pathlib import Path
from urllib.parse import quote

from chant_ls.host.gitdir import locate
from chant_ls.model.refusal import Refusal


def find_root(start: Path) -> Path | Refusal:
    """The nearest folder upward that holds `.chant`; in a linked worktree that of the main one."""
    here = Path(start).resolve()
    where = locate(here)
    if where and where.linked and where.main_top != where.common_dir:
        inside = where.main_top / here.relative_to(where.top)
        found = _upward(inside, where.main_top)
        if found:
            return found
    return _upward(here, None) or Refusal(
        f"there is no chant project in {here} or above it", "`chant init` makes one here"
    )


def own_root(start: Path) -> Path | None:
    """The nearest folder upward that holds `.chant`: in a linked worktree its own."""
    return _upward(Path(start).resolve(), None)


def _upward(start: Path, last: Path | None) -> Path | None:
    for folder in (start, *start.parents):
        if (folder / ".chant").is_dir():
            return folder
        if folder == last:
            return None
    return None


def state_folder(root: Path) -> Path | None:
    """`<git-common-dir>/chant/<root-key>`; None without git. Several roots never meet."""
    where = locate(root)
    if where is None:
        return None
    inside = root.resolve().relative_to(where.top).as_posix()
    return where.common_dir / "chant" / ("@" if inside == "." else quote(inside, safe=""))
