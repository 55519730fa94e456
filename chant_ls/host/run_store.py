"""Run records, journals, logs and locks below the git folder: `<git-common-dir>/chant/<key>/`.

runs/<run>.json  snapshots/<run>.md  journal/<job>.jsonl  jobs/<job>.json  logs/<spec>.log
run/<id>.lock  ../@repo.lock  stop/<run>  merge/conflict.json
"""

import json
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from chant_ls.engine.records import RunRecord, parse_run_name
from chant_ls.host import atomic
from chant_ls.host.clock import SystemClock
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId

if TYPE_CHECKING:
    from chant_ls.engine.events import Entry
    from chant_ls.engine.ports import StateFile
    from chant_ls.host.locks import FileLock


_STATE = {"stop": "stop", "prompt": "prompts", "journal": "journal", "job": "jobs"}
_SUFFIX = re.compile(r"(\.pid\.json|\.split\.json|\.jsonl?|\.err|\.md)\Z")


class DiskRunStore:
    """`folder` None: a project without git, where nothing has run and nothing can."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    @property
    def folder(self) -> Path:
        if self._folder is None:
            raise FileNotFoundError("this project is in no git repository")
        return self._folder

    def writable(self) -> Refusal | None:
        if self._folder is None:
            return Refusal("this project is in no git repository", "`git init` makes one")
        try:
            atomic.write(self._made("run", "probe"), b"", 0o600)
        except OSError as error:
            return Refusal(
                f"cannot write in {self._folder}: {error.strerror}", "check owner and free space"
            )
        return None

    # records
    def newest(self) -> Mapping[SpecId, RunRecord]:
        latest: dict[SpecId, tuple[int, str]] = {}
        for spec, attempt, run in self._runs():
            latest[spec] = max(latest.get(spec, (0, "")), (attempt, run))
        found = ((spec, self.read(run)) for spec, (_, run) in latest.items())
        return {spec: record for spec, record in found if record}

    def latest(self, spec: str) -> RunRecord | None:
        return (self.runs_of(spec) or (None,))[-1]

    def runs_of(self, spec: str) -> tuple[RunRecord, ...]:
        runs = sorted((attempt, run) for id, attempt, run in self._runs() if id == spec)
        return tuple(record for _, run in runs if (record := self.read(run)))

    def read(self, run: str) -> RunRecord | None:
        path = self._path("runs", f"{run}.json")
        data = _bytes(path)
        if data is None:
            return None
        try:
            return RunRecord.from_json(json.loads(data))
        except (ValueError, KeyError, TypeError, AttributeError):
            return RunRecord.unreadable(run, f"its record cannot be read: {path}")

    def write(self, record: RunRecord) -> None:
        data = json.dumps(record.to_json(), indent=1).encode()
        atomic.write(self._made("runs", f"{record.run}.json"), data, 0o600, durable=True)

    def snapshot(self, run: str) -> bytes | None:
        return _bytes(self._path("snapshots", f"{run}.md"))

    def keep_snapshot(self, run: str, data: bytes) -> None:
        atomic.write(self._made("snapshots", f"{run}.md"), data, 0o600, durable=True)

    def _runs(self) -> Iterator[tuple[SpecId, int, str]]:
        for name in _names(self._path("runs")):
            run = name.removesuffix(".json")
            parsed = parse_run_name(run) if run != name else None
            if parsed:
                yield (*parsed, run)

    # locks and wishes
    def lock(self, name: str, wait: float = 0.0) -> "FileLock | Refusal":
        if self._folder is None:
            return Refusal("this project is in no git repository", "`git init` makes one")
        from chant_ls.engine.ports import REPO  # readers of records need no ports
        from chant_ls.host import locks  # POSIX only; readers never come here

        self._made("run", "")
        every_root = self._folder.parent / "@repo.lock"
        path = every_root if name == REPO else self._folder / "run" / f"{name}.lock"
        return locks.acquire(path, name, SystemClock().now(), wait)

    def ask_stop(self, run: str, reason: str) -> None:
        atomic.write(self._made("stop", run), reason.encode(), 0o600)

    def asked_stop(self, run: str) -> str:
        return (_bytes(self._path("stop", run)) or b"").decode()

    def state_files(self) -> "tuple[StateFile, ...]":
        from chant_ls.engine.ports import StateFile  # readers of records need no ports

        found: list[StateFile] = []
        for kind, folder in _STATE.items():
            for name in sorted(_names(self._path(folder))):
                path = self.folder / folder / name
                told = _told(path)
                if told is None:
                    continue
                owner = name if kind == "stop" else _SUFFIX.sub("", name)
                days = (time.time() - told.st_mtime) / 86_400
                found.append(StateFile(kind, owner, path, told.st_size, days))
        return tuple(found)

    def sweep(self) -> int:
        return len(atomic.sweep(self._folder)) if self._folder else 0

    # journals, jobs, logs
    def append(self, job: str, entries: "Iterable[Entry]", durable: bool = True) -> None:
        lines = "".join(f"{json.dumps(entry.to_json())}\n" for entry in entries)
        append(self._made("journal", f"{job}.jsonl"), lines.encode(), durable)

    def entries(self, job: str, offset: int = 0) -> "tuple[tuple[Entry, ...], int]":
        path = self._path("journal", f"{job}.jsonl")
        whole = (read_from(path, offset) if path else b"").rpartition(b"\n")
        lines = [line for line in whole[0].split(b"\n") if line]
        return tuple(_known(lines)), offset + len(whole[0]) + len(whole[1])

    def log_path(self, spec: str) -> Path:
        return self.folder / "logs" / f"{spec}.log"

    def write_log(self, spec: str, text: str) -> int:
        path = self._made("logs", f"{spec}.log")
        append(path, text.encode(errors="replace"))
        return path.stat().st_size

    def read_log(self, spec: str, offset: int = 0) -> bytes:
        return read_from(self.log_path(spec), offset) if self._folder else b""

    def keep_prompt(self, run: str, text: str) -> Path:
        path = self._made("prompts", f"{run}.md")
        atomic.write(path, text.encode(errors="replace"), 0o600)
        return path

    def drop_prompt(self, run: str) -> None:
        (self.folder / "prompts" / f"{run}.md").unlink(missing_ok=True)

    def keep_job(self, job: str, data: Mapping[str, object]) -> None:
        atomic.write(self._made("jobs", f"{job}.json"), json.dumps(data).encode(), 0o600, True)

    def job(self, job: str) -> Mapping[str, object] | None:
        return _json(self._path("jobs", f"{job}.json"))

    def jobs(self) -> tuple[str, ...]:
        names = (n.removesuffix(".json") for n in _names(self._path("jobs")) if n.endswith(".json"))
        return tuple(sorted((n for n in names if not n.endswith(".pid")), reverse=True))

    def keep_merge(self, data: Mapping[str, object] | None) -> None:
        path = self._made("merge", "conflict.json")
        if data is None:
            path.unlink(missing_ok=True)
        else:
            atomic.write(path, json.dumps(data).encode(), 0o600, durable=True)

    def merge(self) -> Mapping[str, object] | None:
        return _json(self._path("merge", "conflict.json"))

    def errors_path(self, job: str) -> Path:
        """Where a supervisor's own stderr goes: empty unless it meets a bug."""
        path = self._made("jobs", f"{job}.err")
        path.touch(0o600)
        return path

    def _path(self, *parts: str) -> Path | None:
        return self._folder.joinpath(*parts) if self._folder else None

    def _made(self, *parts: str) -> Path:
        for folder in (self.folder.parent, self.folder, self.folder / parts[0]):
            folder.mkdir(exist_ok=True, mode=0o700)
        return self.folder.joinpath(*parts)


def append(path: Path, data: bytes, durable: bool = False) -> None:
    """One write at the end of a file that only its owner reads."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(fd, data)
        if durable:
            os.fsync(fd)
    finally:
        os.close(fd)


def _known(lines: Iterable[bytes]) -> "Iterator[Entry]":
    from chant_ls.engine.events import from_json  # readers of records need no events

    for line in lines:
        try:
            entry = from_json(json.loads(line))
        except ValueError:
            continue
        if entry:
            yield entry


def read_from(path: Path, offset: int) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(offset)
            return file.read()
    except OSError:
        return b""


def _told(path: Path) -> os.stat_result | None:
    """None for what is gone by now, or is only being written."""
    try:
        return None if atomic.ASIDE.match(path.name) else path.stat()
    except OSError:
        return None


def _names(folder: Path | None) -> list[str]:
    try:
        return [entry.name for entry in os.scandir(folder)] if folder else []
    except OSError:
        return []


def _bytes(path: Path | None) -> bytes | None:
    try:
        return path.read_bytes() if path else None
    except OSError:
        return None


def _json(path: Path | None) -> dict[str, object] | None:
    try:
        data = json.loads(_bytes(path) or b"null")
    except ValueError:
        return None
    return data if isinstance(data, dict) else None
