"""Folders of the user."""

import hashlib
from collections.abc import Mapping
from pathlib import Path


def user_config(env: Mapping[str, str]) -> Path:
    base = env.get("XDG_CONFIG_HOME") or str(_home(env) / ".config")
    return Path(base) / "chant" / "config.md"


def worktrees(root: Path, configured: str, env: Mapping[str, str]) -> Path:
    """Where the worktrees of this project go: never below the project, never in /tmp."""
    if configured:
        return root / _expand(configured, env)
    key = hashlib.sha256(str(root).encode()).hexdigest()[:8]
    return _data(env) / "chant" / f"{root.name or 'root'}-{key}"


def user_state(env: Mapping[str, str]) -> Path:
    if env.get("XDG_STATE_HOME"):
        return Path(env["XDG_STATE_HOME"])
    import platformdirs

    return Path(platformdirs.user_state_dir())


def _data(env: Mapping[str, str]) -> Path:
    if env.get("XDG_DATA_HOME"):
        return Path(env["XDG_DATA_HOME"])
    import platformdirs

    return Path(platformdirs.user_data_dir())


def _home(env: Mapping[str, str]) -> Path:
    return Path(env["HOME"]) if env.get("HOME") else Path.home()


def _expand(path: str, env: Mapping[str, str]) -> Path:
    return _home(env) / path[2:] if path.startswith("~/") else Path(path)
