from hypothesis import given
from hypothesis import strategies as st

from chant_ls.analysis.layered import Layered, changed

KEYS = st.integers(0, 700)
STEPS = st.lists(st.tuples(st.dictionaries(KEYS, st.text(max_size=2)), st.sets(KEYS)), max_size=8)


@given(STEPS)
def test_changed_is_a_dict_that_was_changed(steps):
    plain = dict.fromkeys(range(600), "old")
    layered = changed(plain, {})
    for news, gone in steps:
        before, copy = layered, dict(layered)
        plain = {key: one for key, one in {**plain, **news}.items() if key not in gone}
        layered = changed(layered, news, gone)
        assert dict(layered) == plain and len(layered) == len(plain) and set(layered) == set(plain)
        for key in range(0, 701, 7):
            assert (key in layered, layered.get(key)) == (key in plain, plain.get(key))
        assert dict(before) == copy, "what was there before stays as it was"


def test_few_changes_share_the_large_dict_and_many_make_a_new_one():
    base = {number: number for number in range(1000)}
    few = changed(base, {1: 2})
    assert isinstance(few, Layered) and few.base is base
    again = changed(few, {1: 3, 5000: 1}, [2])
    assert isinstance(again, Layered) and again.base is base and len(again.top) == 2
    assert isinstance(changed(again, dict.fromkeys(range(100), 0)), dict)
    assert isinstance(changed({1: 1}, {2: 2}), dict)
