"""Where the local stacks are that run, for the other commands.

A stack writes a file beside its data, which is believed only while the folder's lock is held, and
its folder's name into the user's list of stacks, so that it is found wherever it keeps its data.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from cli.exit_codes import UnreachableError, UsageError
from cli.local.errors import StackError
from cli.local.private_files import FOLDER_MODE, write_private

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FILE: Final = "stack.json"
LOCK: Final = "lock"
LOCK_ATTEMPTS: Final = 10
LOCK_PAUSE_S: Final = 0.05
START_ONE: Final = (
    "start one with `aethel-export up`, or set AETHEL_EXPORT_URL and AETHEL_EXPORT_TOKEN"
)


class StackState(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses and the rights to use them."""

    gateway_url: str
    status_url: str
    token: str
    service_token: str  # acts for any user
    env: dict[str, str]  # of an operator: NATS, S3, secrets
    identities: dict[str, dict[str, str]] = {}  # what each service has for itself instead


def default_data() -> Path:
    """``AETHEL_EXPORT_DATA``, or the user's own folder for data."""
    own = _user_folder("XDG_DATA_HOME", ".local/share") / "aethel-export"
    return Path(os.environ.get("AETHEL_EXPORT_DATA") or own)


def list_folder() -> Path:
    """The user's list of stacks: one file each, which holds the name of a data folder.

    It lies where every session of the user looks: ``XDG_RUNTIME_DIR`` is not set in all of them.
    """
    return _user_folder("XDG_STATE_HOME", ".local/state") / "aethel-export/stacks"


@contextmanager
def locked(data: Path) -> Iterator[None]:
    """Hold a data folder for one stack.

    Raises:
        StackError: Another one holds it.
    """
    data.mkdir(FOLDER_MODE, parents=True, exist_ok=True)
    with (data / LOCK).open("w") as lock:
        for attempt in range(LOCK_ATTEMPTS):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if attempt == LOCK_ATTEMPTS - 1:
                    raise StackError(f"a stack is running on {data} already") from error
                time.sleep(LOCK_PAUSE_S)  # it may be a command that only looks
        yield


@contextmanager
def announced(data: Path, state: StackState) -> Iterator[None]:
    """Tell whoever knows the data folder how to reach the stack, while it runs."""
    path = data / FILE
    write_private(path, msgspec.json.encode(state))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def listed(data: Path) -> Iterator[None]:
    """Let the other commands find the stack without knowing its folder, while it runs.

    Raises:
        OSError: The user's list cannot be written.
    """
    data = data.resolve()
    entry = list_folder() / hashlib.sha256(bytes(data)).hexdigest()[:16]
    entry.parent.mkdir(parents=True, exist_ok=True)
    entry.write_bytes(bytes(data))
    try:
        yield
    finally:
        entry.unlink(missing_ok=True)


def running_stack() -> StackState:
    """The stack that ``AETHEL_EXPORT_DATA`` names, or else the only one that runs.

    Raises:
        UnreachableError: There is none.
        UsageError: There are several and none is named.
    """
    if named := os.environ.get("AETHEL_EXPORT_DATA"):
        if state := read_state(Path(named)):
            return state
        raise _none([Path(named)])
    folders = sorted(_known_folders())
    running = {data: state for data in folders if (state := read_state(data))}
    if not running:
        raise _none(folders)
    if len(running) > 1:
        raise _several(running)
    return next(iter(running.values()))


def stack_folder() -> Path:
    """The data of the stack that is named, that runs alone, or that ran where one does by itself.

    Raises:
        UsageError: Several run and none is named.
    """
    if named := os.environ.get("AETHEL_EXPORT_DATA"):
        return Path(named)
    running = [data for data in _known_folders() if read_state(data)]
    if len(running) > 1:
        raise _several(running)
    return running[0] if running else default_data()


def _none(folders: list[Path]) -> UnreachableError:
    """What to say where no stack runs on any of these."""
    if starting := [data for data in folders if _is_locked(data)]:
        return UnreachableError(f"the local stack on {starting[0]} is not ready yet: wait for it")
    looked_at = ", ".join(map(str, folders))
    return UnreachableError(f"no local stack is running (looked on {looked_at}): {START_ONE}")


def _several(running: Iterable[Path]) -> UsageError:
    folders = "".join(f"\n  AETHEL_EXPORT_DATA={data}" for data in sorted(running))
    return UsageError(f"several local stacks are running; say which:{folders}")


def read_state(data: Path) -> StackState | None:
    """The stack that runs on a data folder, or None."""
    if not _is_locked(data):
        return None
    with suppress(OSError, msgspec.MsgspecError):
        return msgspec.json.decode((data / FILE).read_bytes(), type=StackState)
    return None


def _known_folders() -> set[Path]:
    known = {default_data().resolve()}
    with suppress(OSError):
        known |= {Path(os.fsdecode(entry.read_bytes())) for entry in list_folder().iterdir()}
    return known


def _is_locked(data: Path) -> bool:
    try:
        with (data / LOCK).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # there is no such folder, or it is not ours to look into
        return False
    return False


def _user_folder(variable: str, otherwise: str) -> Path:
    try:
        return Path(os.environ.get(variable) or Path.home() / otherwise)
    except RuntimeError as error:
        raise UsageError(f"there is no home folder: set {variable}") from error
