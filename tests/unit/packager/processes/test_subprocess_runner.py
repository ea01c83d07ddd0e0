from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from services.packager.processes.subprocess_runner import (
    Finished,
    ProgramStoppedError,
    ProgramTimeoutError,
    run_program,
)
from services.packager.sandbox.launcher import COMMAND
from services.packager.signing.tool import (
    SigningToolFailedError,
    SigningToolMissingError,
    ToolBench,
    run_tool,
)

PATIENCE_S = 300


def _run(folder: Path, script: str, **how: Any) -> Finished:
    how = {"timeout_s": PATIENCE_S, "stopping": threading.Event(), **how}
    return run_program(["/bin/sh", "-c", script], folder=folder, **how)


def test_what_a_program_prints_is_returned(tmp_path: Path) -> None:
    """Both streams, and it works in the folder with what it was given."""
    finished = _run(tmp_path, "pwd; cat; echo oops >&2; exit 3", stdin=b"secret\n")
    assert finished == Finished(3, f"{tmp_path}\nsecret\noops\n")
    assert _run(tmp_path, "kill -9 $$").code == -9


def test_a_program_sees_none_of_our_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PATH is all that it inherits; its home is the folder."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush")
    lines = _run(tmp_path, "env").output.splitlines()
    environ = dict(line.split("=", 1) for line in lines)
    assert environ.keys() - {"PWD", "SHLVL", "_", "OLDPWD"} == {"PATH", "HOME", "LC_ALL", "TMPDIR"}
    assert environ["HOME"] == environ["TMPDIR"] == str(tmp_path)


def test_a_slow_program_is_stopped_with_its_children(tmp_path: Path) -> None:
    """Nothing of its group is left when the error is raised."""
    with pytest.raises(ProgramTimeoutError):
        _run(tmp_path, "sleep 1000 & echo $! > child; sleep 1000", timeout_s=5)
    _assert_gone(int((tmp_path / "child").read_text()))


def test_children_of_a_program_that_ended_are_stopped(tmp_path: Path) -> None:
    """A daemon that a signing program leaves would hold its key for ever."""
    assert _run(tmp_path, "sleep 1000 & echo $! > child").code == 0
    _assert_gone(int((tmp_path / "child").read_text()))


def test_a_cancel_stops_it_at_once(tmp_path: Path) -> None:
    """From another thread; whoever waits is told apart from a failure."""
    waited: list[float] = []
    stopping = threading.Event()
    stopper = threading.Thread(target=_stop_when, args=(stopping, tmp_path / "child"))
    stopper.start()
    script = "sleep 1000 & echo $! > child; sleep 1000"
    with pytest.raises(ProgramStoppedError):
        _run(tmp_path, script, stopping=stopping, on_wait=waited.append)
    stopper.join()
    _assert_gone(int((tmp_path / "child").read_text()))
    assert waited == sorted(waited)
    assert waited


def test_nothing_starts_after_a_cancel(tmp_path: Path) -> None:
    """Of two programs in a row the second is not even begun."""
    stopping = threading.Event()
    stopping.set()
    with pytest.raises(ProgramStoppedError):
        _run(tmp_path, "touch begun", stopping=stopping)
    assert not (tmp_path / "begun").exists()


@pytest.mark.parametrize("end", ["sleep 1000", "kill -9 $PPID; sleep 1000"])
def test_nothing_of_it_outlives_us(tmp_path: Path, end: str) -> None:
    """Not even where we are killed, from outside or by the program itself."""
    code = (
        "import pathlib, threading\n"
        "from services.packager.processes.subprocess_runner import run_program\n"
        f"argv = ['/bin/sh', '-c', 'sleep 1000 & echo $! > child; {end}']\n"
        f"run_program(argv, folder=pathlib.Path({str(tmp_path)!r}), timeout_s=1000,"
        " stopping=threading.Event())"
    )
    with subprocess.Popen([sys.executable, "-c", code]) as worker:
        _stop_when(threading.Event(), tmp_path / "child")
        worker.kill()
    _assert_gone(int((tmp_path / "child").read_text()))


def test_endless_output_does_not_fill_the_memory(tmp_path: Path) -> None:
    """The beginning of it is kept."""
    printed = _run(tmp_path, "echo begin; head -c 3000000 /dev/zero | tr '\\0' x").output
    assert len(printed) == 1 << 20
    assert printed.startswith("begin\nx")


@pytest.fixture
def bench(tmp_path: Path) -> ToolBench:
    """With time enough for every tool."""
    return ToolBench(launcher=COMMAND, folder=tmp_path, timeout_s=PATIENCE_S)


def test_a_tool_s_failure_names_step_program_and_code(bench: ToolBench) -> None:
    """What it printed is for operators: it may hold anything."""
    argv = ["/bin/sh", "-c", "echo password; exit 3"]
    with pytest.raises(SigningToolFailedError, match="Testing: sh failed with code 3") as caught:
        run_tool(argv, bench, doing="Testing")
    assert "password" not in str(caught.value)


def test_a_tool_that_is_not_there(bench: ToolBench) -> None:
    """Its name is what an operator needs."""
    with pytest.raises(SigningToolMissingError, match="no-such-tool cannot be started"):
        run_tool(["no-such-tool"], bench, doing="Testing")


def test_a_tool_that_may_not_be_started(bench: ToolBench, tmp_path: Path) -> None:
    """A key's program without its x bit, say."""
    (tmp_path / "sign").write_text("#!/bin/sh\n")
    with pytest.raises(SigningToolMissingError, match="sign cannot be started: Permission denied"):
        run_tool([str(tmp_path / "sign")], bench, doing="Testing")


def test_a_tool_that_hangs(tmp_path: Path) -> None:
    """It is tried again, and the maker knows which step it was."""
    bench = ToolBench(launcher=COMMAND, folder=tmp_path, timeout_s=1)
    with pytest.raises(
        SigningToolFailedError, match="Testing: sleep did not end within 1 s"
    ) as caught:
        run_tool(["/bin/sleep", "1000"], bench, doing="Testing")
    assert caught.value.retryable


def _stop_when(stopping: threading.Event, path: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not (path.exists() and path.read_text()) and time.monotonic() < deadline:
        time.sleep(0.01)
    stopping.set()


def _assert_gone(pid: int) -> None:
    """It is dead, or a zombie that its new parent has not reaped yet."""
    status = Path(f"/proc/{pid}/status")
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            if "State:\tZ" in status.read_text(encoding="utf-8"):
                return
        except (FileNotFoundError, ProcessLookupError):
            return
        time.sleep(0.01)
    pytest.fail(f"process {pid} is still there")
