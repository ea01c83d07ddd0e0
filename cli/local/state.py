"""Where the running stack is, for the other commands.

A file beside its data, believed only while its lock is held.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from cli.local.errors import StackError

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE: Final = "stack.json"
LOCK: Final = "lock"


class StackState(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses and the rights to use them."""

    gateway_url: str
    status_url: str
    token: str
    env: dict[str, str]  # of the services: NATS, S3, secrets


def default_data() -> Path:
    """``AETHEL_EXPORT_DATA``, or the user's own folder for data."""
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share"
    return Path(os.environ.get("AETHEL_EXPORT_DATA") or Path(home) / "aethel-export")


@contextmanager
def locked(data: Path) -> Iterator[None]:
    """Hold a data folder for one stack.

    Raises:
        StackError: Another one holds it.
    """
    data.mkdir(parents=True, exist_ok=True)
    with (data / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StackError(f"a stack is running on {data} already") from error
        yield


@contextmanager
def announced(data: Path, state: StackState) -> Iterator[None]:
    """Let the other commands find the stack while it runs."""
    path = data / FILE
    path.touch(mode=0o600)
    path.write_bytes(msgspec.json.encode(state))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def read_state(data: Path | None = None) -> StackState | None:
    """The stack that runs on a data folder (the default one), or None."""
    data = data or default_data()
    try:
        with locked(data) if (data / LOCK).exists() else _nothing():
            return None
    except StackError:
        pass
    try:
        return msgspec.json.decode((data / FILE).read_bytes(), type=StackState)
    except (OSError, msgspec.MsgspecError):
        return None


@contextmanager
def _nothing() -> Iterator[None]:
    yield
