"""The commit messages of chant. What people wrote is cleaned: `git log` shows it raw.

Commits about the work, not of it, carry the trailer `Chant-Op`. Of a private spec they tell neither
title nor id.
"""

from chant_ls.analysis.markdown import clean

_PRIVATE = "a private spec"


def work(id: str, title: str, private: bool = False) -> str:
    """Of what a good agent left uncommitted."""
    if private:
        return "chant: finished work\n"
    return f"chant({id}): {clean(title)}\n\nChant-Spec: {id}\n"


def merge(id: str, title: str, private: bool = False) -> str:
    if private:
        return "chant: merge finished work\n\nChant-Op: merge\n"
    subject = f"chant: merge {id}: {clean(title)}".rstrip(": ")
    return f"{subject}\n\nChant-Spec: {id}\nChant-Op: merge\n"


def about(op: str, id: str, private: bool = False) -> str:
    """Of one word's bookkeeping: `checkpoint`, `complete`, `restore`."""
    if private:
        return f"chant: {op} {_PRIVATE}\n\nChant-Op: {op}\n"
    return f"chant: {op} {id}\n\nChant-Op: {op}\nChant-Spec: {id}\n"
