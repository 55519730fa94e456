"""Process trees with real processes: nothing survives, nothing deadlocks, all of it ends."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from chant_ls.engine.ports import Command, Ended
from chant_ls.engine.records import ProcessId
from chant_ls.engine.stops import StopToken
from chant_ls.host import identity, trees
from chant_ls.host.processes import SystemProcesses
from chant_ls.model.refusal import Refusal
from tests.engine.project import wait_until

HERE = Path.cwd()


def run(script: str, timeout: float = 0.0, stop=None, stdin=None, mark="", monkeypatch=None):
    lines: list[tuple[str, str]] = []
    env = {**os.environ, "CHANT_RUN": mark}
    command = Command((sys.executable, "-c", script), HERE, env, stdin, timeout, mark)
    ended = SystemProcesses().run(command, lambda process: None, lines.extend, stop)
    return ended, lines


def test_output_of_both_streams_and_the_exit_code():
    ended, lines = run("import sys;print('a');print('b',file=sys.stderr);sys.exit(7)")
    assert ended.code == 7
    assert sorted(lines) == [("stderr", "b"), ("stdout", "a")]


def test_a_prompt_of_a_megabyte_that_nobody_reads():
    ended, _ = run("print('x')", stdin=b"y" * (1 << 20))
    assert ended.well


def test_a_program_that_does_not_exist_is_a_refusal(tmp_path):
    command = Command((str(tmp_path / "no"),), tmp_path)
    assert isinstance(SystemProcesses().run(command, print, print), Refusal)


STUBBORN = """
import os, signal, subprocess, sys, time
child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'],
                         start_new_session=True, env={**os.environ})
print(child.pid, flush=True)
if {waits}: time.sleep(600)
"""


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.parametrize(("waits", "timeout", "reason"), [(True, 0.5, "timeout"), (False, 0, "")])
def test_a_grandchild_in_its_own_session_is_ended_too(waits, timeout, reason, tmp_path):
    script = STUBBORN.replace("{waits}", str(waits))
    ended, lines = run(script, timeout, mark=str(tmp_path))
    assert isinstance(ended, Ended)
    assert ended.reason == reason
    assert gone(int(lines[0][1]))


def test_who_does_not_heed_term_is_killed(monkeypatch, tmp_path):
    monkeypatch.setattr("chant_ls.host.processes._GRACE", 0.2)
    script = "import signal,time;signal.signal(15,signal.SIG_IGN);print('up',flush=True)\n"
    stop = StopToken()
    env = {**os.environ}
    command = Command((sys.executable, "-c", script + "time.sleep(600)"), tmp_path, env)
    ended = SystemProcesses().run(command, lambda p: None, lambda lines: stop.ask("pause"), stop)
    assert (ended.code, ended.reason) == (-9, "pause")


def test_a_pid_used_again_is_another_process():
    me = identity.me()
    assert identity.alive(me)
    assert not identity.alive(ProcessId(me.pid, "another boot:1"))
    assert not identity.alive(ProcessId(0, ""))


@pytest.fixture
def stranger():
    """The leader of a session that is none of ours, and a child in it."""
    child = subprocess.Popen(
        ["sh", "-c", "sleep 600 & wait"], start_new_session=True, stdout=subprocess.DEVNULL
    )
    wait_until(lambda: len(psutil.Process(child.pid).children()) == 1)
    yield psutil.Process(child.pid)
    os.killpg(child.pid, 9)
    child.wait()


@pytest.mark.parametrize("who", ["another boot:1", "", "{boot}:1"])
def test_who_got_the_pid_of_an_agent_lives_on(stranger, who, tmp_path):
    recorded = ProcessId(stranger.pid, who.format(boot=identity.boot_id()))
    child = stranger.children()[0]
    assert SystemProcesses().end_tree(recorded, str(tmp_path)) == 0
    assert stranger.is_running() and child.is_running()


def test_what_an_agent_left_is_ended_by_its_mark(tmp_path):
    """Its pid is somebody else's by now: this test's."""
    script = "import os; os.fork() or os.setsid(); print(os.getpid(), flush=True);"
    env = {**os.environ, "CHANT_RUN": str(tmp_path)}
    child = subprocess.Popen(
        [sys.executable, "-c", script + "import time; time.sleep(600)"], env=env
    )
    wait_until(lambda: len(psutil.Process(child.pid).children()) == 1)
    stray = psutil.Process(child.pid).children()[0]
    ended = SystemProcesses().end_tree(ProcessId(os.getpid(), "another boot:1"), str(tmp_path))
    assert ended == 2
    child.wait()
    assert gone(stray.pid)


FLOOD = """
import os, signal
print(os.getpid(), flush=True)
while True: print('y')
"""


def test_a_flood_does_not_outlast_its_time():
    ended, _ = run(FLOOD, timeout=0.5)
    assert ended.reason == "timeout"


def test_who_floods_waits_until_its_lines_are_taken():
    """Nothing is taken until the writer sleeps at a full pipe: it is not read without end."""
    taken = 0

    def slow(lines):
        nonlocal taken
        if not taken:
            writer = psutil.Process(int(lines[0][1]))
            wait_until(lambda: still(writer))
            stop.ask("pause")
        taken += len(lines)

    def still(writer: psutil.Process) -> bool:
        before = writer.io_counters().write_chars
        with contextlib.suppress(psutil.TimeoutExpired):
            writer.wait(0.2)
        return writer.io_counters().write_chars == before

    stop = StopToken()
    command = Command((sys.executable, "-c", FLOOD), HERE, dict(os.environ))
    ended = SystemProcesses().run(command, lambda process: None, slow, stop)
    assert ended.reason == "pause"
    assert taken < 200_000


def test_lines_of_megabytes_arrive_whole_and_larger_ones_in_pieces():
    """Both streams at once, and more of them than may wait."""
    script = (
        "import sys,threading\n"
        "def tell(f, c):\n"
        "    for _ in range(12): f.write(c*(3<<20)+'\\n')\n"
        "    f.write(c*(17<<20)); f.flush()\n"
        "told = (sys.stdout,'a'), (sys.stderr,'b')\n"
        "threads=[threading.Thread(target=tell,args=a) for a in told]\n"
        "[t.start() for t in threads]; [t.join() for t in threads]"
    )
    ended, lines = run(script, timeout=60)
    assert ended.well
    for stream, letter in (("stdout", "a"), ("stderr", "b")):
        told = [text for name, text in lines if name == stream]
        assert [len(text) >> 20 for text in told] == [3] * 12 + [16, 1]
        assert all(set(text) == {letter} for text in told)


@pytest.mark.skipif(sys.platform != "linux", reason="where an exec can be looked into")
def test_a_stray_is_known_while_it_becomes_its_program():
    """Its environment is empty then: seen so, an agent's child would outlive its run."""
    for _ in range(40):
        argv = [sys.executable, "-c", "import time; time.sleep(600)"]
        pid = os.posix_spawn(sys.executable, argv, {"CHANT_RUN": "here"})
        known = trees._strays(psutil.Process(pid), "here", 0)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        assert known
