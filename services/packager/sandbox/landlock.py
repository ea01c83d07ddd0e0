"""Landlock takes from a process every file, TCP port and signal target that it is not given.

The kernel's own interface (``landlock(7)``); there is no library of the standard library's age for
it, and three system calls need none. It wants no privileges, and what it takes never comes back.
"""

from __future__ import annotations

import ctypes
import os
import stat
from contextlib import suppress
from enum import IntFlag
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

NEEDED_ABI: Final = 3  # Linux 6.2, the first that guards truncation
NETWORK_ABI: Final = 4
DEVICES_ABI: Final = 5
SCOPES_ABI: Final = 6

_CREATE_RULESET: Final = 444  # the same on every architecture
_ADD_RULE: Final = 445
_RESTRICT_SELF: Final = 446
_VERSION_FLAG: Final = 1
_PATH_BENEATH: Final = 1
_NET_PORT: Final = 2
_CONNECT_TCP: Final = 1 << 1
_PR_SET_NO_NEW_PRIVS: Final = 38

_libc: Final = ctypes.CDLL(None, use_errno=True)


class Access(IntFlag):
    """What may be done below a path (``LANDLOCK_ACCESS_FS_*``)."""

    EXECUTE = 1 << 0
    WRITE_FILE = 1 << 1
    READ_FILE = 1 << 2
    READ_DIR = 1 << 3
    REMOVE_DIR = 1 << 4
    REMOVE_FILE = 1 << 5
    MAKE_CHAR = 1 << 6
    MAKE_DIR = 1 << 7
    MAKE_REG = 1 << 8
    MAKE_SOCK = 1 << 9
    MAKE_FIFO = 1 << 10
    MAKE_BLOCK = 1 << 11
    MAKE_SYM = 1 << 12
    REFER = 1 << 13
    TRUNCATE = 1 << 14
    IOCTL_DEV = 1 << 15

    READ = READ_FILE | READ_DIR
    RUN = READ | EXECUTE
    CHANGE = READ | WRITE_FILE | TRUNCATE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | REFER
    OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV


_OF_FILES: Final = int(Access.OF_FILES)  # a flag's own arithmetic takes microseconds


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


class _NetPort(ctypes.Structure):
    _fields_ = (("allowed_access", ctypes.c_uint64), ("port", ctypes.c_uint64))


def abi() -> int:
    """The version that this kernel has; 0 where it has none."""
    return max(int(_libc.syscall(_CREATE_RULESET, None, 0, _VERSION_FLAG)), 0)


def restrict(
    allowed: Iterable[tuple[Path, Access]], *, network: bool = False, port: int | None = None
) -> None:
    """Leave this thread, and all that it starts, with the paths that are named.

    Raises:
        OSError: The kernel refuses, or has no Landlock.
    """
    descriptor = ruleset(allowed, network=network, port=port)
    try:
        enter(descriptor)
    finally:
        os.close(descriptor)


def ruleset(
    allowed: Iterable[tuple[Path, Access]], *, network: bool = False, port: int | None = None
) -> int:
    """A descriptor of what is left to whoever enters it; the caller closes it.

    Paths that are not there are passed over. TCP (unless ``network``), foreign signals and abstract
    sockets go where the kernel can take them; connections to one ``port`` may stay.

    Raises:
        OSError: The kernel refuses, or has no Landlock.
    """
    version = abi()
    handled = (1 << (16 if version >= DEVICES_ABI else 15)) - 1
    attributes = _Ruleset(
        handled,
        0b11 if version >= NETWORK_ABI and not network else 0,  # bind, connect
        0b11 if version >= SCOPES_ABI else 0,  # abstract sockets, signals
    )
    size = ctypes.sizeof(attributes)
    descriptor = _called(_CREATE_RULESET, ctypes.byref(attributes), size, 0)
    try:
        for path, access in allowed:
            with suppress(FileNotFoundError):
                _allow(descriptor, path, int(access) & handled)
        if port is not None and version >= NETWORK_ABI:
            rule = _NetPort(_CONNECT_TCP, port)
            _called(_ADD_RULE, descriptor, _NET_PORT, ctypes.byref(rule), 0)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def enter(descriptor: int) -> None:
    """Leave this thread, and all that it starts, with what a ruleset allows.

    Raises:
        OSError: The kernel refuses.
    """
    no_new_privileges()
    _called(_RESTRICT_SELF, descriptor, 0)


def no_new_privileges() -> None:
    """No program that is started from here on gets more rights than this process has."""
    if _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_NO_NEW_PRIVS)")


def _allow(ruleset: int, path: Path, access: int) -> None:
    beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(beneath).st_mode):
            access &= _OF_FILES
        rule = _PathBeneath(access, beneath)
        _called(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(beneath)


def _called(number: int, *arguments: object) -> int:
    result = int(_libc.syscall(number, *arguments))
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"landlock: {os.strerror(number)}")
    return result
