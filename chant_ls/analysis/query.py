"""`chant search`: words, "phrases" and `field:value`, each turned round by a `-` before it."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from chant_ls.analysis.readiness import effective_status
from chant_ls.analysis.snapshot import Snapshot, SpecFile
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import TYPE_ALIASES, SpecId, SpecType, Status, natural_key, short_id

_TERM = re.compile(r'(?P<no>-?)(?:(?P<field>[a-z_]+):)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')
_AGE = re.compile(r"(\d{1,5})([dwm])\Z")
_DAYS = {"d": 1, "w": 7, "m": 30}


@dataclass(frozen=True, slots=True)
class Term:
    """`field` "" looks in id, title and body. `values`: any of them."""

    field: str
    values: tuple[str, ...]
    wanted: bool = True


def parse(query: str) -> tuple[Term, ...]:
    """Never fails: a word with an unknown field before it is a word."""
    return tuple(_terms(query))


def search(snapshot: Snapshot, terms: tuple[Term, ...]) -> tuple[SpecId, ...] | Refusal:
    """The specs, archived ones among them, that satisfy every term; in natural order."""
    refusal = next((r for term in terms if (r := _unfit(term))), None)
    if refusal:
        return refusal
    files = ((id, snapshot.find(id)) for id in snapshot.graph.ids)
    return tuple(id for id, file in files if file and _passes(snapshot, file, terms))


def _terms(query: str) -> Iterator[Term]:
    for match in _TERM.finditer(query):
        name, wanted = match["field"] or "", not match["no"]
        if name and name not in FIELDS:
            yield Term("", (match[0].removeprefix("-").replace('"', ""),), wanted)
            continue
        phrase, word = match["phrase"], match["word"] or ""
        values = (phrase,) if phrase is not None else tuple(word.split(",")) if name else (word,)
        if any(values):
            yield Term(name, tuple(v for v in values if v), wanted)


def _unfit(term: Term) -> Refusal | None:
    known: tuple[str, ...] = ()
    if term.field == "status":
        known = tuple(Status)
    elif term.field == "type":
        known = (*SpecType, *TYPE_ALIASES)
    wrong = next((v for v in term.values if known and v not in known), None)
    if wrong is not None:
        return Refusal(f"{wrong!r} is no {term.field}", f"one of: {', '.join(known)}")
    if term.field in ("since", "until"):
        wrong = next((v for v in term.values if not _day(v, "2000-01-01")), None)
    if wrong is not None:
        return Refusal(f"{term.field}:{wrong} is no date", "`2026-01-22`, or `7d`, `2w`, `3m` ago")
    return None


def _passes(snapshot: Snapshot, file: SpecFile, terms: tuple[Term, ...]) -> bool:
    return all(
        any(FIELDS[term.field](snapshot, file, value) for value in term.values) is term.wanted
        for term in terms
    )


def _day(text: str, today: str) -> str:
    """The day that a date or an age means, "" for neither."""
    age = _AGE.match(text)
    try:
        if age:
            days = timedelta(days=int(age[1]) * _DAYS[age[2]])
            return (date.fromisoformat(today) - days).isoformat()
        return date.fromisoformat(text).isoformat()
    except (ValueError, OverflowError):
        return ""


Test = Callable[[Snapshot, SpecFile, str], bool]


def _text(snapshot: Snapshot, file: SpecFile, value: str) -> bool:
    return _id(snapshot, file, value) or _body(snapshot, file, value)


def _id(_: Snapshot, file: SpecFile, value: str) -> bool:
    return value.lower() in file.facts.id


def _title(_: Snapshot, file: SpecFile, value: str) -> bool:
    return value.lower() in file.facts.title.lower()


def _body(_: Snapshot, file: SpecFile, value: str) -> bool:
    if value.lower() not in file.text.lower():
        return False
    return value.lower() in file.text[file.document.body.start :].lower()


def _status(snapshot: Snapshot, file: SpecFile, value: str) -> bool:
    stored = value == Status.PENDING and file.facts.status is Status.PENDING
    return stored or effective_status(snapshot, file.facts.id) == value


def _type(_: Snapshot, file: SpecFile, value: str) -> bool:
    return file.facts.type == TYPE_ALIASES.get(value, value)


def _label(_: Snapshot, file: SpecFile, value: str) -> bool:
    return value in file.facts.labels


def _depends(snapshot: Snapshot, file: SpecFile, value: str) -> bool:
    found = snapshot.graph.dependencies(file.facts.id)
    return any(value in (id, short_id(id)) for id in found)


def _target(_: Snapshot, file: SpecFile, value: str) -> bool:
    return any(value in path for path in file.facts.target_files)


def _informed(_: Snapshot, file: SpecFile, value: str) -> bool:
    return any(value in entry for entry in file.facts.informed_by)


def _prompt(_: Snapshot, file: SpecFile, value: str) -> bool:
    return value == file.facts.prompt


def _provider(_: Snapshot, file: SpecFile, value: str) -> bool:
    return value == file.facts.provider


def _archived(_: Snapshot, file: SpecFile, value: str) -> bool:
    return file.archived is (value in ("yes", "true"))


def _since(snapshot: Snapshot, file: SpecFile, value: str) -> bool:
    return natural_key(file.facts.id)[2] >= _day(value, snapshot.today)


def _until(snapshot: Snapshot, file: SpecFile, value: str) -> bool:
    return "" < natural_key(file.facts.id)[2] <= _day(value, snapshot.today)


FIELDS: Mapping[str, Test] = {
    "": _text,
    "id": _id,
    "title": _title,
    "body": _body,
    "status": _status,
    "type": _type,
    "label": _label,
    "depends_on": _depends,
    "informed_by": _informed,
    "target": _target,
    "prompt": _prompt,
    "provider": _provider,
    "archived": _archived,
    "since": _since,
    "until": _until,
}
"""What may stand before a colon, and how it looks at a spec."""
