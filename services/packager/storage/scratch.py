"""Scratch folders serve one export each; they go with it, or soon after its process.

The owner holds a lock on its folder. The system lets it go when a process dies, whichever way; a
folder that can be locked is therefore nobody's any more.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import tempfile
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCK_BYTES: Final = 512  # of ``st_blocks``, whatever the disk's own are


@contextmanager
def scratch_folder(work: Path) -> Iterator[Path]:
    """A new, empty folder in ``work``; gone at the end with all that was put there."""
    with ExitStack() as stack:
        with _locked(work):  # nobody may take it for abandoned before it is locked
            folder = Path(tempfile.mkdtemp(dir=work))
            stack.callback(remove_tree, folder)
            stack.enter_context(_locked(folder))
        yield folder


def remove_abandoned(work: Path) -> None:
    """Remove the folders of processes that have died; made where it is not there yet."""
    work.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        with _locked(work):
            folders = [entry for entry in work.iterdir() if _lock_now(entry, stack)]
        for folder in folders:
            remove_tree(folder)


def remove_tree(folder: Path) -> None:
    """Remove a folder with all that is in it, as far as that goes; no link is followed.

    A build may have made it as deep as it likes, and shut parts of it: each folder is opened, and
    those in it are moved to the top, before it is removed itself.
    """
    number = itertools.count()
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        with suppress(OSError):
            here.chmod(0o700)
            for entry in [*here.iterdir()]:
                with suppress(OSError):
                    if entry.is_symlink() or not entry.is_dir():
                        entry.unlink()
                    elif here == folder:
                        waiting.append(entry)
                    else:
                        entry.chmod(0o700)  # else it may not be moved
                        waiting.append(entry.rename(folder / f".removed-{next(number)}"))
            if here != folder:
                here.rmdir()
    with suppress(OSError):
        folder.rmdir()


def tree_bytes(folder: Path) -> int:
    """What a folder takes of the disk; what vanishes meanwhile, or is shut, takes nothing."""
    taken, waiting = 0, [str(folder)]
    while waiting:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                with suppress(OSError):
                    found = entry.stat(follow_symlinks=False)
                    taken += found.st_blocks * BLOCK_BYTES if found.st_nlink == 1 else 0
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
    return taken


def _lock_now(folder: Path, stack: ExitStack) -> bool:
    """Lock it until the stack unwinds; False where somebody else holds it, or it is gone."""
    with suppress(OSError):
        stack.enter_context(_locked(folder, fcntl.LOCK_EX | fcntl.LOCK_NB))
        return True
    return False


@contextmanager
def _locked(folder: Path, how: int = fcntl.LOCK_EX) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)
