"""The doors of running processes, found in the kernel's tables, and ways to knock at them."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PROC = Path("/proc")
LISTENS = "0A"  # state of a TCP socket, include/net/tcp_states.h
ACCEPTS = 1 << 16  # __SO_ACCEPTCON, flag of a UNIX socket
ANSWER_S = 60.0  # on a busy machine; whoever refuses closes the connection at once
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"  # RFC 9113 section 3.4
DATA, HEADERS, RESET, SETTINGS, GOAWAY = 0, 1, 3, 4, 7  # kinds of frames, section 6
END_STREAM, END_HEADERS = 1, 4


class Door(msgspec.Struct, frozen=True):
    """Where a process listens: host and port, or the path of a UNIX socket."""

    host: str
    port: int = 0

    def connect(self, tls: ssl.SSLContext | None = None) -> socket.socket:
        """A connection, with TLS where a context is given."""
        if self.port:
            plain = socket.create_connection((self.host, self.port), timeout=ANSWER_S)
        else:
            plain = socket.socket(socket.AF_UNIX)
            plain.settimeout(ANSWER_S)
            plain.connect(self.host)
        if tls is None:
            return plain
        try:
            return tls.wrap_socket(plain, server_hostname="127.0.0.1")
        except OSError:
            plain.close()
            raise


def group(leader: int) -> list[int]:
    """All processes of a process group."""
    found = []
    for stat in PROC.glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        if int(fields[2]) == leader:
            found.append(int(stat.parent.name))
    return found


def doors(processes: Iterable[int]) -> set[Door]:
    """Every TCP and UNIX socket that one of the processes listens at."""
    inodes = {inode for process in processes for inode in _sockets(process)}
    return {*_tcp(inodes), *_unix(inodes)}


def _sockets(process: int) -> Iterator[str]:
    for descriptor in (PROC / str(process) / "fd").iterdir():
        try:
            target = str(descriptor.readlink())
        except OSError:  # closed meanwhile
            continue
        if target.startswith("socket:["):
            yield target[len("socket:[") : -1]


def _tcp(inodes: set[str]) -> Iterator[Door]:
    for family, table in ((socket.AF_INET, "tcp"), (socket.AF_INET6, "tcp6")):
        for line in (PROC / "net" / table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] != LISTENS or fields[9] not in inodes:
                continue
            address, _, port = fields[1].partition(":")
            words = (bytes.fromhex(address[i : i + 8])[::-1] for i in range(0, len(address), 8))
            yield Door(socket.inet_ntop(family, b"".join(words)), int(port, 16))


def _unix(inodes: set[str]) -> Iterator[Door]:
    for line in (PROC / "net/unix").read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[3], 16) & ACCEPTS and fields[6] in inodes:
            yield Door(fields[7])


def ask_http(
    door: Door, method: str, path: str, *, tls: ssl.SSLContext | None = None
) -> tuple[int, bytes]:
    """The status and body of an answer; 0 where the door answers nothing."""
    request = (
        f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
    answer = _exchange(door, request.encode(), tls)
    if not answer.startswith(b"HTTP/1."):
        return 0, answer
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def ask_grpc(
    door: Door, method: str, message: bytes, *, tls: ssl.SSLContext | None = None
) -> bytes:
    """The messages that a gRPC method answers with; empty where nobody serves it.

    Raises:
        PermissionError: The server has taken the request and says that there is no such method: it
            serves whoever asks for one that there is.
    """
    headers = {
        ":method": "POST",
        ":scheme": "http",
        ":path": method,
        ":authority": "x",
        "content-type": "application/grpc",
        "te": "trailers",
    }
    block = b"".join(
        bytes([0, len(name)]) + name.encode() + bytes([len(value)]) + value.encode()
        for name, value in headers.items()  # RFC 7541 section 6.2.2, all shorter than 127
    )
    payload = b"\0" + len(message).to_bytes(4) + message
    request = (
        PREFACE
        + _frame(SETTINGS, 0, 0, b"")
        + _frame(HEADERS, END_HEADERS, 1, block)
        + _frame(DATA, END_STREAM, 1, payload)
    )
    answer = _exchange(door, request, tls)
    if answer.startswith(b"HTTP/1."):
        return b""
    frames = list(_frames(answer))
    if messages := b"".join(payload for kind, _, payload in frames if kind == DATA):
        return messages
    if any(kind == HEADERS for kind, _, _ in frames):
        raise PermissionError(f"{door} answers gRPC")
    return b""


def text_field(number: int, text: str) -> bytes:
    """A string in a protocol buffer; shorter than 128 bytes."""
    return bytes([number << 3 | 2, len(text)]) + text.encode()


def _exchange(door: Door, request: bytes, tls: ssl.SSLContext | None) -> bytes:
    """Everything that comes back until the stream or the connection ends."""
    answer = b""
    try:
        with door.connect(tls) as connection:
            connection.sendall(request)
            while received := connection.recv(1 << 16):
                answer += received
                if _ended(answer):
                    break
    except (ssl.SSLError, ConnectionError):
        pass  # refused; what has come before counts
    return answer


def _ended(answer: bytes) -> bool:
    """Whether an HTTP/2 server says no more; one of HTTP/1 closes the connection."""
    return not answer.startswith(b"HTTP/1.") and any(
        kind in {RESET, GOAWAY} or (kind in {DATA, HEADERS} and flags & END_STREAM)
        for kind, flags, _ in _frames(answer)
    )


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + payload


def _frames(received: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Kind, flags and payload of each whole HTTP/2 frame."""
    while len(received) >= (end := 9 + int.from_bytes(received[:3])):
        yield received[3], received[4], received[9:end]
        received = received[end:]
