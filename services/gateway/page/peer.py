"""Whose process is at the other end of a connection on this machine, as Linux knows it."""

from __future__ import annotations

import ipaddress
import sys
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

TABLES: Final = ("/proc/net/tcp", "/proc/net/tcp6")  # IPv4 runs over sockets of both kinds
_ESTABLISHED: Final = "01"
_LOCAL, _REMOTE, _STATE, _UID = 1, 2, 3, 7  # columns (Linux, Documentation/networking/proc_net_tcp)
_WORD: Final = 4  # bytes that an address is written in at a time, as the processor has them


class Address(NamedTuple):
    """One end of a connection."""

    host: ipaddress.IPv4Address | ipaddress.IPv6Address
    port: int

    @classmethod
    def of(cls, host: str, port: int) -> Address:
        """As a server has it; an IPv4 address within IPv6 is the same address (ValueError)."""
        return cls(_plain(ipaddress.ip_address(host)), port)


def owner_of(connection: tuple[Address, Address], tables: Iterable[Iterable[str]]) -> int | None:
    """The user id of the socket at one end of a connection; None where there is no such socket.

    Args:
        connection: The end that is looked for, and the other one.
        tables: The lines of each table, as ``/proc/net/tcp`` has them.
    """
    for lines in tables:
        for line in lines:
            columns = line.split()
            if len(columns) <= _UID or columns[_STATE] != _ESTABLISHED:
                continue  # the title, or a socket that is no connection
            if (_address(columns[_LOCAL]), _address(columns[_REMOTE])) == connection:
                return int(columns[_UID])
    return None


def read_tables() -> list[list[str]]:
    """The tables of this machine; what is not there is empty (IPv6 may be switched off)."""
    tables = []
    for path in TABLES:
        try:
            with open(path, encoding="ascii") as table:  # noqa: PTH123 - a path of the system's
                tables.append(table.readlines())
        except FileNotFoundError:
            tables.append([])
    return tables


def _address(text: str) -> Address | None:
    host, _, port = text.partition(":")
    try:
        raw = bytes.fromhex(host)
        words = (raw[at : at + _WORD] for at in range(0, len(raw), _WORD))
        ordered = b"".join(int.from_bytes(word, sys.byteorder).to_bytes(_WORD) for word in words)
        return Address(_plain(ipaddress.ip_address(ordered)), int(port, 16))
    except ValueError:
        return None


def _plain(
    host: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    mapped = host.ipv4_mapped if isinstance(host, ipaddress.IPv6Address) else None
    return mapped or host
