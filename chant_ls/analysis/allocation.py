"""Ids for specs that do not exist yet (model.md 2.2)."""

from bisect import bisect_left
from random import Random

from chant_ls.analysis.snapshot import Snapshot
from chant_ls.model.spec import SpecId, member_id, member_numbers, natural_key, parent_id

ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"


def next_id(snapshot: Snapshot, today: str, rng: Random) -> SpecId:
    """A free id of the day `today` (ISO 8601): the highest sequence of that day, archive and
    members included, plus one, and three random characters."""
    prefix = snapshot.config.project_prefix
    suffix = "".join(rng.choices(ALPHABET, k=3))
    name = f"{today}-{base36(_last_sequence(snapshot, prefix, today) + 1):0>3}-{suffix}"
    return SpecId(f"{prefix}-{name}" if prefix else name)


def next_member(snapshot: Snapshot, driver: SpecId) -> int:
    """The number after the driver's highest `.N`, 1 where it has none."""
    own = (member_numbers(m)[-1] for m in snapshot.graph.members(driver) if parent_id(m) == driver)
    return max(own, default=0) + 1


def new_members(snapshot: Snapshot, driver: SpecId, count: int) -> tuple[SpecId, ...]:
    first = next_member(snapshot, driver)
    return tuple(member_id(driver, first + index) for index in range(count))


def base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = ALPHABET[digit] + digits
    return digits or "0"


def _last_sequence(snapshot: Snapshot, prefix: str, today: str) -> int:
    """The ids of a day stand together in the natural order: the last of them has the highest."""
    ids = snapshot.graph.ids
    behind = (0, prefix, f"{today}~")
    end = bisect_left(ids, behind, key=lambda id: natural_key(id)[:3])
    kind, project, date, sequence, *_ = natural_key(ids[end - 1]) if end else (1, "", "", 0)
    return sequence if (kind, project, date) == (0, prefix, today) else 0
