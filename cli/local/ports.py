"""Free loopback ports."""

from __future__ import annotations

import fcntl
import os
import random
import socket
import tempfile
import time
from pathlib import Path
from typing import Final

from cli.local.errors import StackError

GRPC_OFFSET: Final = 10_000  # SeaweedFS listens for gRPC that far above each HTTP port
BELOW_EPHEMERAL: Final = (12_000, 22_000)  # and so are the gRPC ports: no client socket takes them
CLAIM_S: Final = 300.0  # until somebody listens there

_given_out: set[int] = set()  # free until somebody listens there, but spoken for
_claims: dict[int, tuple[int, float]] = {}  # locks, by port, and when they were taken


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
        if (not with_grpc or is_free(port + GRPC_OFFSET)) and _claim(port):
            ports.append(port)
            reserve(port)
        if len(ports) == count:
            return ports
    raise StackError("no free ports on 127.0.0.1")


def _claim(port: int) -> bool:
    """Whether no other process of this user has spoken for it; its lock dies with its process."""
    for known, (lock, taken_at) in list(_claims.items()):
        if time.monotonic() - taken_at > CLAIM_S:
            os.close(lock)
            del _claims[known]
    folder = Path(tempfile.gettempdir(), f"aethel-export-ports-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = os.open(folder / str(port), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return False
    _claims[port] = lock, time.monotonic()
    return True
