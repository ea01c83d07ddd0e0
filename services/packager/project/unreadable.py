"""What a project holds is read within a border: whatever goes wrong there is that file's fault.

Files come from anybody. Decoders and walks answer odd ones with any exception; within a border each
becomes an ``UnreadableError`` of the file that was read, for its maker. What goes wrong outside of
every border is ours.
"""

from __future__ import annotations

import errno
import struct
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from services.packager.project.too_heavy import ProjectTooHeavyError
from shared.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_REASON: Final = 200  # characters; decoders may quote what they read
# What odd data makes of a walk. A walk may read files on its way: what the disk and the storage say
# then (OSError, ExportError) is none of it.
_OF_WALKS: Final = (
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
    msgspec.MsgspecError,
    struct.error,
)

log = structlog.get_logger()


class UnreadableError(Exception):
    """Why a file is not read: it is broken, odd, or beyond a limit."""


@contextmanager
def decoding(file: str) -> Iterator[None]:
    """The border around a decoder, which gets bytes and reads no files itself.

    Raises:
        UnreadableError: Whatever the decoder raised.
        ProjectTooHeavyError: There was not enough memory.
    """
    try:
        yield
    except (ExportError, UnreadableError):
        raise
    except Exception as error:
        raise _fault(file, error) from error


@contextmanager
def walking(file: str) -> Iterator[None]:
    """The border around a walk over what was decoded.

    Raises:
        UnreadableError: Whatever odd data made of the walk.
        ProjectTooHeavyError: There was not enough memory.
    """
    try:
        yield
    except (ExportError, UnreadableError):
        raise
    except _OF_WALKS as error:
        raise _fault(file, error) from error


def _fault(file: str, error: Exception) -> Exception:
    if isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM:
        return ProjectTooHeavyError("memory", file=file)
    log.warning("file.unreadable", file=file, exc_info=error)  # it may show a fault of ours, too
    reason = (getattr(error, "strerror", None) or str(error))[:MAX_REASON] or "no reason is given"
    return UnreadableError(f"cannot be read: {type(error).__name__}, {reason}")
