"""Files that a finished branch may not change without a person's yes (security.md, agents)."""

from collections.abc import Iterable
from pathlib import PurePosixPath

from chant_ls.engine.git_port import Change
from chant_ls.engine.merge_terms import Finished

_ANYWHERE = frozenset({".gitattributes", ".gitmodules", ".pre-commit-config.yaml", "lefthook.yml"})
_FILES = frozenset(
    {
        ".gitlab-ci.yml",
        ".travis.yml",
        ".drone.yml",
        ".woodpecker.yml",
        "Jenkinsfile",
        "appveyor.yml",
        "azure-pipelines.yml",
        "bitbucket-pipelines.yml",
        ".vscode/tasks.json",
        ".vscode/settings.json",
    }
)
_FOLDERS = (
    ".githooks/",
    ".husky/",
    ".github/workflows/",
    ".github/actions/",
    ".gitea/workflows/",
    ".forgejo/workflows/",
    ".circleci/",
    ".buildkite/",
    ".woodpecker/",
    ".ci/",
)
_CHANT = ("config.md", "agents.md", "prompts/", "archive/")


def protected_paths(prefix: str, work: Finished, changes: Iterable[Change]) -> tuple[str, ...]:
    """The changed paths that are protected and not named, as they are, in the spec's targets.

    `prefix` is where the project's root lies in the repository; targets are relative to the root.
    """
    wanted = {prefix + target for target in work.targets}
    runners = {prefix + path for path in work.runners}
    return tuple(
        change.path
        for change in changes
        if change.path not in wanted
        and (change.path in runners or _protected(prefix, work.id, change))
    )


def _protected(prefix: str, id: str, change: Change) -> bool:
    path, chant = change.path, f"{prefix}.chant/"
    if path.startswith(f"{chant}specs/"):
        return change.kind != "A" and PurePosixPath(path).name != f"{id}.md"
    if path.startswith(chant):
        return path.removeprefix(chant).startswith(_CHANT)
    inside = path.removeprefix(prefix)
    return (
        PurePosixPath(path).name in _ANYWHERE
        or bool({path, inside} & _FILES)
        or path.startswith(_FOLDERS)
        or inside.startswith(_FOLDERS)
    )
