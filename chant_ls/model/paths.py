"""Entries that name files of the project."""


def path_key(text: str) -> str:
    """What of an entry is looked up on disk: `docs/a.md` of `./docs/a.md#heading`; "" for a web
    address and for what an older tool kept in `context`."""
    if "://" in text or text.startswith("derived_"):
        return ""
    key = text.partition("#")[0].strip().removeprefix("./")
    return key.rstrip("/") or key


def heading_of(text: str) -> str:
    """The heading behind a path: `locking` of `docs/a.md#locking`."""
    return text.partition("#")[2].strip()
