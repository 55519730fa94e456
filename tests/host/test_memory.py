"""No collection of garbage runs while an index grows, and all is as before afterwards."""

import gc

import pytest

from chant_ls.host.memory import growing


def test_nothing_is_collected_meanwhile() -> None:
    before = [generation["collections"] for generation in gc.get_stats()]
    with growing():
        kept = [[number] for number in range(100_000)]
        after = [generation["collections"] for generation in gc.get_stats()]
    assert after == before
    assert len(kept) == 100_000
    assert gc.isenabled()


def test_a_failure_switches_it_on_again_and_who_had_it_off_keeps_it_off() -> None:
    with pytest.raises(OSError), growing():
        raise OSError
    assert gc.isenabled()
    gc.disable()
    try:
        with growing():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
