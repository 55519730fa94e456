"""Where a project and its git folder are. Files are read, no process starts."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from chant_ls.model.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Checkout:
    """The checkout that a folder lies in. `main` is the repository's own checkout, which differs
    from `top` in a linked worktree; None where that repository is bare."""

    top: Path
    common_dir: Path
    main: Path | None


def find_root(start: Path) -> Path | Refusal:
    """The nearest folder upward that holds `.chant`; in a linked worktree that of the main one."""
    here = Path(start).resolve()
    checkout = checkout_of(here)
    if checkout and checkout.main and checkout.main != checkout.top:
        inside = checkout.main / here.relative_to(checkout.top)
        found = _upward(inside, checkout.main)
        if found:
            return found
    found = _upward(here, None)
    return found or Refusal(
        f"there is no chant project in {here} or above it", "`chant init` makes one here"
    )


def _upward(start: Path, last: Path | None) -> Path | None:
    for folder in (start, *start.parents):
        if (folder / ".chant").is_dir():
            return folder
        if folder == last:
            return None
    return None


def checkout_of(start: Path) -> Checkout | None:
    for folder in (start, *start.parents):
        dot = folder / ".git"
        if dot.is_dir():
            return Checkout(folder, dot, folder)
        if dot.is_file():
            return _linked(folder, dot)
        if _looks_bare(folder):
            return Checkout(folder, folder, None)
    return None


def _linked(top: Path, dot: Path) -> Checkout | None:
    try:
        named = dot.read_text().removeprefix("gitdir:").strip()
        git_dir = (top / named).resolve()
        shared = git_dir / "commondir"
        if not shared.is_file():
            return Checkout(top, git_dir, top)
        common = (git_dir / shared.read_text().strip()).resolve()
    except OSError:
        return None
    main = common.parent if common.name == ".git" else None
    return Checkout(top, common, main)


def _looks_bare(folder: Path) -> bool:
    return (folder / "HEAD").is_file() and (folder / "objects").is_dir()


def state_folder(root: Path) -> Path | None:
    """`<git-common-dir>/chant/<root-key>`; None without git. Several roots never meet."""
    checkout = checkout_of(root)
    if checkout is None:
        return None
    inside = root.relative_to(checkout.top).as_posix()
    return checkout.common_dir / "chant" / ("@" if inside == "." else quote(inside, safe=""))
