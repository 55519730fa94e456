"""What the user agreed to run, kept in their own state: one small file an agreement."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from chant_ls.host import atomic, folders


class DiskConsents:
    """Of one project. A digest names exactly what would run, so a changed command is asked anew."""

    def __init__(self, root: Path, env: Mapping[str, str]) -> None:
        self._root, self._folder = str(root), folders.user_state(env) / "chant" / "consent"

    def given(self, digest: str) -> bool:
        return self._file(digest).is_file()

    def keep(self, digest: str, commands: tuple[str, ...]) -> None:
        """Raises OSError where the user's state cannot be written."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        told = {"root": self._root, "commands": commands}
        atomic.write(self._file(digest), json.dumps(told, indent=2).encode(), 0o600)

    def _file(self, digest: str) -> Path:
        key = hashlib.sha256(f"{self._root}\0{digest}".encode(errors="surrogateescape"))
        return self._folder / f"{key.hexdigest()}.json"
