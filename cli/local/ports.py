"""Free loopback ports."""

from __future__ import annotations

import random
import socket
from typing import Final

from cli.local.errors import StackError

GRPC_OFFSET: Final = 10_000  # SeaweedFS listens for gRPC that far above each HTTP port
BELOW_EPHEMERAL: Final = (12_000, 22_000)  # and so are the gRPC ports: no client socket takes them


_given_out: set[int] = set()  # free until somebody listens there, but spoken for


def reserve(*ports: int) -> None:
    """Keep ports that were chosen elsewhere from being given out."""
    _given_out.update(ports)


def is_free(port: int) -> bool:
    """Whether somebody could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_ports(count: int, *, with_grpc: bool = False) -> list[int]:
    """Different free ports; with ``with_grpc`` those 10,000 above are free as well."""
    ports: list[int] = []
    for port in random.sample(range(*BELOW_EPHEMERAL), 2_000):
        if port in _given_out or not is_free(port):
            continue
        if not with_grpc or is_free(port + GRPC_OFFSET):
            ports.append(port)
            reserve(port)
        if len(ports) == count:
            return ports
    raise StackError("no free ports on 127.0.0.1")
