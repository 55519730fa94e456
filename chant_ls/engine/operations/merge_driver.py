"""The merge driver of spec files, for git's own merges: fields by their meaning, prose by lines.

Registered by absolute path in the configuration of this clone. Where the interpreter or chant is
gone, git's line merge takes its place: a driver that cannot start leaves "ours" without markers.
"""

from chant_ls.engine.engine import Engine
from chant_ls.engine.git_port import Git, GitError
from chant_ls.engine.own_spec import merged_spec
from chant_ls.engine.spec_driver import DRIVER, command
from chant_ls.engine.spec_merge import Conflict
from chant_ls.model.refusal import Refusal

ATTRIBUTE = ".chant/specs/**/*.md merge=chant-spec"
_NAME = "merge.chant-spec.name"


def drive(git: Git, base: bytes, ours: bytes, theirs: bytes) -> tuple[bytes, bool] | GitError:
    """The merged text and whether it is in conflict: then it holds markers."""
    merged = merged_spec(git, base, ours, theirs)
    if not isinstance(merged, Conflict):
        return merged, False
    lines = git.merge_text(base, ours, theirs)
    return lines if isinstance(lines, GitError) else (lines.text, True)


def register(engine: Engine) -> tuple[str, ...] | Refusal:
    """For a project whose specs git tracks; what was done, in words. Twice is once."""
    git = engine.git
    if not git.common_dir.is_dir() or git.ignored([f"{git.prefix}.chant/specs/a.md"]):
        return ()
    told = _attribute(engine)
    if isinstance(told, Refusal) or git.local_setting(DRIVER) == command():
        return told
    error = git.set_local(_NAME, "chant: specs by their fields") or git.set_local(DRIVER, command())
    if error:
        return error.refusal("the merge driver for specs cannot be registered")
    return (*told, "Registered a merge driver for specs in the configuration of this repository")


def _attribute(engine: Engine) -> tuple[str, ...] | Refusal:
    data = (engine.files.read(".gitattributes") or b"").decode("utf-8", "surrogateescape")
    if ATTRIBUTE in data.splitlines():
        return ()
    gap = "\n" if data and not data.endswith("\n") else ""
    whole = f"{data}{gap}{ATTRIBUTE}\n".encode("utf-8", "surrogateescape")
    refusal = engine.files.write(".gitattributes", whole)
    return refusal or (f"Added to .gitattributes: {ATTRIBUTE}",)
