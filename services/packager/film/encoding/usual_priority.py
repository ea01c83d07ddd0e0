"""Encoders get no higher priority than their caller has.

SVT-AV1 puts itself and the thread that opens it above everything else of the machine
(``SCHED_FIFO``, 99) where it finds that root runs it: two of them hold up a small machine for
minutes. It goes on without where the kernel does not allow it.
"""

from __future__ import annotations

import ctypes
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_VERSION: Final = 0x20080522  # linux/capability.h, _LINUX_CAPABILITY_VERSION_3
_RAISES_PRIORITY: Final = 1 << 23  # CAP_SYS_NICE
_libc: Final = ctypes.CDLL(None, use_errno=True)

_Header = ctypes.c_uint32 * 2  # version, thread: 0 is the caller
_Sets = ctypes.c_uint32 * 6  # effective, permitted, inheritable; then the upper halves of them


@contextmanager
def usual_priority() -> Iterator[None]:
    """Within, neither this thread nor one that it starts may raise its priority.

    Threads that were started within may not later either.

    Raises:
        OSError: The kernel does not let go of the right.
    """
    had = _Sets()
    _call(_libc.capget, had)
    if not had[0] & _RAISES_PRIORITY:
        yield
        return
    without = _Sets(*had)
    without[0] &= ~_RAISES_PRIORITY
    _call(_libc.capset, without)
    try:
        yield
    finally:
        _call(_libc.capset, had)


def _call(function: ctypes._NamedFuncPointer, sets: ctypes.Array[ctypes.c_uint32]) -> None:
    if function(_Header(_VERSION, 0), sets) != 0:
        raise OSError(number := ctypes.get_errno(), os.strerror(number))
