"""A process that may reach one port of TCP reaches that, and nothing else."""

from __future__ import annotations

import os
import socket
from functools import partial
from typing import TYPE_CHECKING

import pytest

from services.packager.sandbox.confinement import Limits, View, confine, probe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LIMITS = Limits(memory_bytes=1 << 30, cpu_s=60, file_bytes=1 << 20)
FAST_OPEN = 0x20000000
NETLINK, SEQUENCED, SCTP, MPTCP = 16, 5, 132, 262


@pytest.fixture
def server() -> Iterator[socket.socket]:
    """A server that listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture
def other() -> Iterator[socket.socket]:
    """Another one."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def _works(attempt: Callable[[], object], scratch: Path, port: int) -> bool:
    """Whether it is allowed, in a child that is confined."""
    child = os.fork()
    if child == 0:
        code = 2
        try:
            confine(View(scratch=scratch), LIMITS, probe(), user=None, port=port)
            attempt()
            code = 0
        except OSError:
            code = 1
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in {0, 1}
    return code == 0


def _connect(port: int) -> None:
    socket.create_connection(("127.0.0.1", port), timeout=20).close()


def _fast_open(port: int) -> None:
    with socket.socket() as sending:
        sending.sendto(b"x", FAST_OPEN, ("127.0.0.1", port))


def _fast_open_message(port: int) -> None:
    with socket.socket() as sending:
        sending.sendmsg([b"x"], [], FAST_OPEN, ("127.0.0.1", port))


def test_it_reaches_that_port(server: socket.socket, tmp_path: Path) -> None:
    """And may talk to its children over pairs of sockets."""
    port = server.getsockname()[1]
    assert _works(lambda: _connect(port), tmp_path, port)
    assert _works(socket.socketpair, tmp_path, port)


def test_it_reaches_no_other_port(
    server: socket.socket, other: socket.socket, tmp_path: Path
) -> None:
    """By no way of connecting; not even the right one in a way that Landlock does not see."""
    port, elsewhere = server.getsockname()[1], other.getsockname()[1]
    assert not _works(lambda: _connect(elsewhere), tmp_path, port)
    for send in (_fast_open, _fast_open_message):
        for number in (port, elsewhere):
            assert not _works(partial(send, number), tmp_path, port)


SOCKETS = {
    "UDP": (socket.AF_INET, socket.SOCK_DGRAM, 0),
    "UDP over IPv6": (socket.AF_INET6, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK, 0),
    "raw": (socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
    "of a file": (socket.AF_UNIX, socket.SOCK_STREAM, 0),
    "of the kernel": (NETLINK, socket.SOCK_RAW, 0),
    "SCTP": (socket.AF_INET, socket.SOCK_STREAM, SCTP),
    "SCTP in packets": (socket.AF_INET, SEQUENCED, SCTP),
    "multipath TCP": (socket.AF_INET, socket.SOCK_STREAM, MPTCP),
}


@pytest.mark.parametrize("kind", SOCKETS)
def test_it_has_no_other_socket(server: socket.socket, tmp_path: Path, kind: str) -> None:
    """Where the system has such a kind at all."""
    port = server.getsockname()[1]
    assert not _works(lambda: socket.socket(*SOCKETS[kind]).close(), tmp_path, port)
    assert _works(lambda: socket.socket(socket.AF_INET6).close(), tmp_path, port)


def test_it_is_no_server_and_leaves_no_group(server: socket.socket, tmp_path: Path) -> None:
    """Nobody can be let in, and who kills its group kills it."""
    port = server.getsockname()[1]
    for attempt in (
        lambda: socket.socket().listen(),
        lambda: socket.socket().bind(("127.0.0.1", 0)),
        os.setsid,
        lambda: os.setpgid(0, 0),
    ):
        assert not _works(attempt, tmp_path, port)
