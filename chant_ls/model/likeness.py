"""What somebody may have meant by a word that is not known."""

from collections.abc import Iterable


def alike(word: str, known: Iterable[str], most: int = 1) -> list[str]:
    """At most so many of the known words that look like this one, best first."""
    from difflib import get_close_matches  # only mistakes need it, and a start must not wait for it

    return get_close_matches(word, list(known), most)
