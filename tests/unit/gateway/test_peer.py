from __future__ import annotations

import os
import socket
import sys
from typing import Final

import pytest

from services.gateway.page.peer import Address, owner_of, read_tables

TITLE: Final = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"
PEER: Final = Address.of("127.0.0.1", 40_000)
OWN: Final = Address.of("127.0.0.1", 8_080)


def row(
    local: str, remote: str, *, uid: int, state: str = "01", queues: str = "00000000:00000000"
) -> str:
    """One line as the kernel writes it."""
    return f"  12: {local} {remote} {state} {queues} 02:000AF 00000000  {uid}        0 4711 2 0\n"


def v4(host: str, port: int) -> str:
    """An address as ``/proc/net/tcp`` has it on this machine."""
    return f"{int.from_bytes(socket.inet_aton(host), sys.byteorder):08X}:{port:04X}"


def v6(host: str, port: int) -> str:
    """An address as ``/proc/net/tcp6`` has it on this machine."""
    raw = socket.inet_pton(socket.AF_INET6, host)
    words = (int.from_bytes(raw[at : at + 4], sys.byteorder) for at in range(0, 16, 4))
    return "".join(f"{word:08X}" for word in words) + f":{port:04X}"


def test_the_owner_of_a_connections_other_end() -> None:
    """Not of our own end, which has the same two addresses the other way round."""
    lines = [
        TITLE,
        row(v4("127.0.0.1", 8_080), v4("127.0.0.1", 40_000), uid=1),
        row(v4("127.0.0.1", 40_000), v4("127.0.0.1", 8_080), uid=1_000),
        row(v4("127.0.0.1", 40_000), v4("127.0.0.1", 8_081), uid=2),
    ]
    assert owner_of((PEER, OWN), [lines]) == 1_000


@pytest.mark.parametrize("state", ["06", "0A", "03", "08"])
def test_a_socket_that_is_no_connection_has_no_owner(state: str) -> None:
    """The kernel gives waiting sockets to root."""
    line = row(v4("127.0.0.1", 40_000), v4("127.0.0.1", 8_080), uid=0, state=state)
    assert owner_of((PEER, OWN), [[TITLE, line]]) is None


def test_ipv4_over_sockets_of_ipv6() -> None:
    """A client may use either kind; both name the same address."""
    mapped = row(v6("::ffff:127.0.0.1", 40_000), v6("::ffff:127.0.0.1", 8_080), uid=7)
    assert owner_of((PEER, OWN), [[TITLE], [TITLE, mapped]]) == 7
    assert owner_of((Address.of("::ffff:127.0.0.1", 40_000), OWN), [[], [mapped]]) == 7


def test_ipv6() -> None:
    """The loopback address has a form of its own there."""
    line = row(v6("::1", 40_000), v6("::1", 8_080), uid=9)
    connection = (Address.of("::1", 40_000), Address.of("::1", 8_080))
    assert owner_of(connection, [[], [TITLE, line]]) == 9
    assert owner_of((PEER, OWN), [[], [TITLE, line]]) is None


@pytest.mark.parametrize("line", ["", "a b c\n", row("xyz", "0:1", uid=1), row("00", "", uid=1)])
def test_what_cannot_be_read_is_nobodys(line: str) -> None:
    """A kernel that writes something else gets nobody signed in."""
    assert owner_of((PEER, OWN), [[line]]) is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has the tables")
def test_this_machine_knows_its_own_connections() -> None:
    """The tables are read as this very kernel writes them."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        ends = Address.of(*client.getsockname()), Address.of(*server.getsockname())
        assert owner_of(ends, read_tables()) == os.geteuid()
