"""Whether git itself is fit: there, and new enough to merge without a checkout."""

from chant_ls.engine.git_port import Git
from chant_ls.model.refusal import Refusal

OLDEST_GIT = (2, 38)


def outdated(git: Git) -> Refusal | None:
    version = git.version()
    if not version:
        return Refusal("git could not be started", "install git 2.38 or later")
    if version < OLDEST_GIT:
        have = ".".join(map(str, version))
        return Refusal(f"git {have} is too old: 2.38 or later is needed", "update git")
    return None
