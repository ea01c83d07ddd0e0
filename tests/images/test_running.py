"""Each service in its own image, without root and without a place to write; then one export."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from cli.commands.options import project_id_of
from cli.local.ports import free_ports
from shared.tokens import Tokens, User
from tests.servers import storage_environ

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.images.engine import Engine
    from tests.servers import Servers

SERVICES = ("gateway", "packager", "uploader", "status")
SECRET = "0123456789abcdef0123456789abcdef"
GAME = Path(__file__).parents[2] / "samples/firefly"


class Stack(msgspec.Struct):
    """The services, each in a container."""

    containers: dict[str, subprocess.Popen[bytes]]
    ports: dict[str, int]
    environ: dict[str, str]  # of the command line


@pytest.fixture(scope="module")
def stack(
    engine: Engine, servers: Servers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """All four services in containers, beside a NATS and a storage on this machine."""
    preview, *free = free_ports(1 + len(SERVICES))
    ports = dict(zip(SERVICES, free, strict=True))
    environ = {
        "S3_BUCKET": servers.s3.bucket,
        "S3_ENDPOINT": servers.s3.endpoint,
        "JWT_SECRET": SECRET,
        "EXPORT_PUBLIC_URL": f"http://127.0.0.1:{ports['gateway']}",
        "AETHEL_WS_URL": f"ws://127.0.0.1:{ports['status']}",
        "BUILD_MINUTES_DEFAULT_PLAN": "unlimited",
        "GATEWAY_PREVIEW_BIND": f"127.0.0.1:{preview}",
    }
    operator = {**environ, "NATS_URL": servers.nats_url_of("operator")}
    subprocess.run([*engine.command("cli", operator), "streams", "apply"], check=True)
    logs = tmp_path_factory.mktemp("containers")
    token = Tokens(SECRET).bearer(User(user_id="ann", role="admin"), lives_s=3_600)
    caller = {"AETHEL_EXPORT_URL": environ["EXPORT_PUBLIC_URL"], "AETHEL_EXPORT_TOKEN": token}
    with ExitStack() as ended:
        containers = {}
        for name in SERVICES:
            own = {
                f"{name.upper()}_BIND": f"127.0.0.1:{ports[name]}",
                "NATS_URL": servers.nats_url_of(name),
                **storage_environ(name, servers.s3),
            }
            more = ("--volume", "/var/cache/aethel-export") if name == "packager" else ()
            output = ended.enter_context((logs / name).open("wb"))
            containers[name] = subprocess.Popen(
                engine.command(name, {**environ, **own}, *more), stdout=output, stderr=output
            )
            ended.callback(containers[name].wait)
            ended.callback(containers[name].terminate)
        for name in SERVICES:
            wait_until_ready(
                f"http://127.0.0.1:{ports[name]}/readyz", containers[name], logs / name
            )
        yield Stack(containers, ports, {**os.environ, **caller})


def wait_until_ready(url: str, container: subprocess.Popen[bytes], log: Path) -> None:
    """Ask until it is; the test's own time-out bounds it."""
    while container.poll() is None:
        try:
            urllib.request.urlopen(url).close()  # noqa: S310 - our own service
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
        else:
            return
    raise AssertionError(log.read_text())


def aethel_export(stack: Stack, *arguments: str) -> str:
    """What a command against the containers prints."""
    program = Path(sys.executable).with_name("aethel-export")
    done = subprocess.run(
        [program, *arguments], env=stack.environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("platform", ["web", "linux"])
def test_a_game_is_exported(stack: Stack, platform: str, tmp_path: Path) -> None:
    """Pushed, built with the templates of the packager's image, committed, downloaded."""
    game = tmp_path / "firefly"
    game.symlink_to(GAME)
    aethel_export(stack, "push", str(game))
    project = project_id_of(game)
    aethel_export(stack, "export", project, "--platform", platform, "-o", str(tmp_path / "out"))
    (artifact,) = (tmp_path / "out").iterdir()
    assert zipfile.is_zipfile(artifact) == (platform == "web")


def test_the_gateway_serves_the_export_page(stack: Stack) -> None:
    """From its own image; where the page is missing, it would answer 503."""
    with urllib.request.urlopen(f"http://127.0.0.1:{stack.ports['gateway']}/") as answer:
        assert b"<html" in answer.read()


def test_a_service_ends_by_itself_when_it_is_told_to(stack: Stack) -> None:
    """SIGTERM reaches the program, which drains and ends with 0."""
    for container in stack.containers.values():
        container.terminate()
    assert {
        name: container.wait() for name, container in stack.containers.items()
    } == dict.fromkeys(SERVICES, 0)
