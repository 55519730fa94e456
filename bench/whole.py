"""Questions about the whole project: what they cost, and that others are answered meanwhile."""

import time
from collections.abc import Iterator

import psutil

from bench.rpc import Client
from bench.table import Row
from bench.timing import median, milliseconds, quantile

POLLS, LISTS = 5, 10


def rows(client: Client, uri: str) -> Iterator[Row]:
    """`uri` is a text that the client has open."""
    yield from _polls(client)
    yield from _lists(client, uri)


def _polls(client: Client) -> Iterator[Row]:
    """Most editors ask again every few seconds for as long as they are open."""
    process = psutil.Process(client.process.pid)
    begun = _processor(process)
    reports = client.request("workspace/diagnostic", {"previousResultIds": []})["items"]
    known = [{"uri": one["uri"], "value": one["resultId"]} for one in reports if "resultId" in one]
    before = _processor(process)
    for _ in range(POLLS):
        client.request("workspace/diagnostic", {"previousResultIds": known})
    each = 1000 * (_processor(process) - before) / POLLS
    first = 1000 * (before - begun)
    met = each <= 0.1 * first
    yield Row("poll without news, CPU", each, "ms", "≤ 0.1 ×", met, first, "the first poll")


def _processor(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _lists(client: Client, uri: str) -> Iterator[Row]:
    """A hover that is asked right behind a list of all specs."""
    alone, hovers, lists = [], [], []
    at = {"textDocument": {"uri": uri}, "position": {"line": 2, "character": 8}}
    for _ in range(LISTS):
        alone.append(milliseconds(lambda: client.request("textDocument/hover", at)))
        began = time.perf_counter()
        listing = client.begin("chant/specs", {})
        hover = client.begin("textDocument/hover", at)
        client.answer(hover)
        hovers.append(1000 * (time.perf_counter() - began))
        client.answer(listing)
        lists.append(1000 * (time.perf_counter() - began))
    late, usual = quantile(hovers, 0.9), median(alone)
    met = late <= max(10, 2 * usual)
    yield Row("hover behind a list of all specs p90", late, "ms", "≤ 10 ms", met, usual, "alone")
    usual = median(lists)
    yield Row("list of all specs p50", usual, "ms", "≤ 1 s", usual <= 1000)
