from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from services.packager.tools import ToolFailedError, ToolMissingError, Tools, ToolStoppedError

PATIENCE_S = 30


def _run(tools: Tools, folder: Path, script: str, **how: object) -> str:
    given = {"timeout_s": PATIENCE_S, **how}
    argv = ["/bin/sh", "-c", script]
    return tools.run(argv, doing="Testing", folder=folder, **given)  # type: ignore[arg-type]


def test_what_a_program_prints_is_returned(tmp_path: Path) -> None:
    """Both streams, and it works in the folder with what it was given."""
    script = "pwd; cat; echo oops >&2"
    assert _run(Tools(), tmp_path, script, given=b"secret\n") == f"{tmp_path}\nsecret\noops\n"


def test_a_program_sees_none_of_our_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PATH and HOME are all that it inherits."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush")
    names = {line.partition("=")[0] for line in _run(Tools(), tmp_path, "env").splitlines()}
    assert names - {"PWD", "SHLVL", "_", "OLDPWD"} == {"PATH", "HOME", "LANG", "TMPDIR"}


def test_a_failure_names_step_program_and_code(tmp_path: Path) -> None:
    """What it printed is for operators: it may hold anything."""
    with pytest.raises(ToolFailedError, match="Testing: sh failed with code 3") as caught:
        _run(Tools(), tmp_path, "echo password; exit 3")
    assert "password" not in str(caught.value)
    with pytest.raises(ToolFailedError, match="code -9"):
        _run(Tools(), tmp_path, "kill -9 $$")


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    """Its name is what an operator needs."""
    with pytest.raises(ToolMissingError, match="no-such-tool"):
        Tools().run(["no-such-tool"], doing="Testing", folder=tmp_path, timeout_s=1)


def test_a_slow_program_is_stopped_with_its_children(tmp_path: Path) -> None:
    """Nothing of its group is left when the error is raised."""
    script = "sleep 1000 & echo $! > child; sleep 1000"
    with pytest.raises(ToolFailedError, match=r"did not end within 1 s and was stopped"):
        _run(Tools(), tmp_path, script, timeout_s=1)
    _assert_gone(int((tmp_path / "child").read_text()))


def test_children_of_a_program_that_ended_are_stopped(tmp_path: Path) -> None:
    """A daemon that a signing program leaves would hold its key for ever."""
    _run(Tools(), tmp_path, "sleep 1000 & echo $! > child")
    _assert_gone(int((tmp_path / "child").read_text()))


def test_a_cancel_stops_it_at_once(tmp_path: Path) -> None:
    """From another thread; whoever waits is told apart from a failure."""
    seen: list[str] = []
    tools = Tools(seen.append)
    stopper = threading.Thread(target=_stop_when, args=(tools, tmp_path / "child"))
    stopper.start()
    with pytest.raises(ToolStoppedError):
        _run(tools, tmp_path, "sleep 1000 & echo $! > child; sleep 1000")
    stopper.join()
    _assert_gone(int((tmp_path / "child").read_text()))
    assert seen[0] == "Testing: 0 s"
    assert seen[-1] == ""


def test_nothing_starts_after_a_cancel(tmp_path: Path) -> None:
    """Of two programs in a row the second is not even begun."""
    tools = Tools()
    tools.stop()
    with pytest.raises(ToolStoppedError):
        _run(tools, tmp_path, "touch begun; sleep 1000")
    assert not (tmp_path / "begun").exists()


def test_endless_output_does_not_fill_the_memory(tmp_path: Path) -> None:
    """The end of it is kept."""
    printed = _run(Tools(), tmp_path, "head -c 1000000 /dev/zero | tr '\\0' x; echo end")
    assert len(printed) == 64 << 10
    assert printed.endswith("xend\n")


def _stop_when(tools: Tools, path: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not (path.exists() and path.read_text()) and time.monotonic() < deadline:
        time.sleep(0.01)
    tools.stop()


def _assert_gone(pid: int) -> None:
    """It is dead, or a zombie that its new parent has not reaped yet."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except (ProcessLookupError, FileNotFoundError):
            return
        if state[0] == "Z":
            return
        time.sleep(0.01)
    pytest.fail(f"process {pid} is still there")
