"""What agents answer to the split prompt, well and badly: the text, and what is said against it."""

import json

WORDS = "Read the lock file, decide who holds it, and tell the caller; leave the format alone."


def member(title: str = "Take the lock", **more: object) -> dict[str, object]:
    return {
        "title": title,
        "body": WORDS,
        "criteria": ["Two callers never hold it at once"],
        "target_files": ["src/app.py"],
        "depends_on": [],
        **more,
    }


def fenced(*members: object, info: str = "json", **top: object) -> str:
    return f"```{info}\n{json.dumps({'members': list(members), **top}, indent=1)}\n```"


GOOD = fenced(member(), member("Free the lock", depends_on=[1], target_files=["src/util.py"]))

TAKEN: dict[str, str] = {
    "as asked": GOOD,
    "with words around": f"Here is my plan:\n\n{GOOD}\n\nGood luck!",
    "unmarked fence": fenced(member(), member("Other"), info=""),
    "no fence at all": json.dumps({"members": [member(), member("Other")]}),
    "the same twice": f"{GOOD}\n\nAs I said:\n\n{GOOD}",
    "beside another fence": f"```sh\nls\n```\n{GOOD}",
    "a later one is waited for": fenced(member(depends_on=[2]), member("Other")),
    "fields of the machine": fenced(member(status="completed", approval="yes"), member("Other")),
    "more fences inside": f"````json\n{GOOD.strip('`').removeprefix('json')}````",
}

REFUSED: dict[str, tuple[str, str]] = {
    "empty": ("", "no fenced JSON"),
    "prose": ("I would split it in three: first the lock, then…", "no fenced JSON"),
    "markdown": ("## Member 1: Take the lock\n\n### Provides\n\n- a lock\n", "no fenced JSON"),
    "truncated": (GOOD[: len(GOOD) // 2], "ends early"),
    "truncated and closed": (GOOD[: len(GOOD) // 2] + "\n```", "cannot be read"),
    "comments": (GOOD.replace('"members"', '// all\n"members"'), "cannot be read"),
    "single quotes": ("```json\n{'members': []}\n```", "cannot be read"),
    "nested without end": ("```json\n" + "[" * 200_000 + "\n```", "cannot be read"),
    "two plans": (f"{GOOD}\n\nOr rather:\n\n{fenced(member(), member('X'))}", "2 different"),
    "a bare list": (f"```json\n{json.dumps([member(), member()])}\n```", 'a list "members"'),
    "members an object": ('```json\n{"members": {"1": {}}}\n```', 'a list "members"'),
    "none": (fenced(), "0 members"),
    "one": (fenced(member()), "1 members"),
    "a crowd": (fenced(*[member(f"M{n}") for n in range(21)]), "21 members"),
    "a text as member": (fenced(member(), "Free the lock"), "member 2 is not an object"),
    "no title": (fenced(member(), member(title="  ")), 'member 2: "title"'),
    "title a number": (fenced(member(title=7), member()), 'member 1: "title"'),
    "endless title": (fenced(member("x" * 201), member()), "longer than 200"),
    "body a list": (fenced(member(body=["do it"]), member()), '"body" must be a text'),
    "criteria a text": (fenced(member(criteria="it works"), member()), '"criteria" must be'),
    "no criteria": (fenced(member(), member(criteria=[])), '"criteria" must be'),
    "an empty criterion": (fenced(member(), member(criteria=[" "])), '"criteria" must be'),
    "targets a text": (fenced(member(target_files="src/app.py"), member()), '"target_files"'),
    "a target outside": (fenced(member(target_files=["../x"]), member()), "not a path inside"),
    "an absolute target": (fenced(member(target_files=["/etc/x"]), member()), "not a path inside"),
    "depends on a title": (fenced(member(), member(depends_on=["Take the lock"])), "numbers"),
    "depends on true": (fenced(member(), member(depends_on=[True])), "numbers"),
    "depends on nobody": (fenced(member(), member(depends_on=[3])), "which does not exist"),
    "depends on zero": (fenced(member(), member(depends_on=[0])), "which does not exist"),
    "depends on itself": (fenced(member(), member(depends_on=[2])), "depends on itself"),
    "a circle": (fenced(member(depends_on=[2]), member(depends_on=[1])), "wait for each other"),
    "a stub": (fenced(member(), member("Rest", body="TODO", criteria=["Done"])), "says too little"),
    "an open fence": (fenced(member(body=f"{WORDS}\n```sh\nmake"), member()), "cannot be read"),
}
