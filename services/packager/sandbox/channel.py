"""A channel carries one message at a time, and open files beside it, between two processes."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import termios
from typing import TYPE_CHECKING, Final

import msgspec

from shared.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_MESSAGE_BYTES: Final = 64 << 10  # below what every Linux lets a packet have
MAX_FILES: Final = 64

_encoder: Final = msgspec.msgpack.Encoder()


class ClosedError(Exception):
    """Nobody is at the other end any more."""


class FilesInFlightError(UnavailableError):
    """More open files are on their way than our user may have; they are taken in a moment."""


def pair() -> tuple[socket.socket, socket.socket]:
    """Both ends of a new channel."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def send(end: socket.socket, message: object, files: Sequence[int] = ()) -> None:
    """Send a message; the files stay open here.

    Raises:
        ClosedError: Nobody is at the other end.
        BlockingIOError: The end does not block, and the other one does not read.
        FilesInFlightError: Others do not take the files that they were sent.
        ValueError: The message is too long.
    """
    data = _encoder.encode(message)
    if len(data) > MAX_MESSAGE_BYTES:
        raise ValueError(f"a message of {len(data)} bytes")
    try:
        socket.send_fds(end, [data], list(files))
    except (BrokenPipeError, ConnectionResetError) as error:
        raise ClosedError from error
    except OSError as error:
        if error.errno == errno.ETOOMANYREFS:
            raise FilesInFlightError("too many open files are between processes") from error
        raise


def unread(end: socket.socket) -> bool:
    """Whether the other one has yet to read some of what was sent."""
    return any(fcntl.ioctl(end, termios.TIOCOUTQ, bytes(4)))


def receive(end: socket.socket) -> tuple[bytes, list[int]]:
    """The next message, and the files beside it, which belong to the caller.

    Raises:
        ClosedError: Nobody is at the other end, or it sends what we do not take.
        BlockingIOError: The end does not block, and nothing is there.
    """
    try:
        data, files, flags, _ = socket.recv_fds(
            end, MAX_MESSAGE_BYTES, MAX_FILES, socket.MSG_CMSG_CLOEXEC
        )
    except ConnectionResetError as error:
        raise ClosedError from error
    if not data or flags & (socket.MSG_TRUNC | socket.MSG_CTRUNC):
        close(files)
        raise ClosedError
    return data, files


def close(files: Sequence[int]) -> None:
    """Close files that came beside a message."""
    for file in files:
        os.close(file)


def in_memory(data: bytes | bytearray | memoryview) -> int:
    """A file in memory with these bytes, to be sent; the caller closes it."""
    descriptor = os.memfd_create("aethel", os.MFD_CLOEXEC)
    fill(descriptor, data)
    return descriptor


def fill(file: int, data: bytes | bytearray | memoryview) -> None:
    """Write these bytes over the first ones of a file, whose pages are there already."""
    at = 0
    with memoryview(data) as view:
        while at < len(view):
            at += os.pwrite(file, view[at:], at)


def content(file: int, size_bytes: int) -> bytes:
    """The first bytes of a file that came beside a message.

    Raises:
        ValueError: It has fewer.
    """
    blocks, left = [], size_bytes
    while left:
        block = os.pread(file, left, size_bytes - left)
        if not block:
            raise ValueError("a file is shorter than was said")
        blocks.append(block)
        left -= len(block)
    return blocks[0] if len(blocks) == 1 else b"".join(blocks)
