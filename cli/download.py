"""Downloading an artifact: to a side file, checked against its SHA-256, then put in place."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cli.artifact_link import ArtifactLink
from cli.exit_codes import ExportFailedError, UsageError

if TYPE_CHECKING:
    from cli.blocking_client import BlockingClient

PARALLEL: Final = 4
PIECE_BYTES: Final = 8 << 20
BLOCK_BYTES: Final = 1 << 20


def download(client: BlockingClient, state: dict[str, Any], into: Path) -> Path:
    """Write the artifact into a folder.

    Returns:
        Where it is.

    Raises:
        UsageError: There is nothing to download (yet, or any more).
        ExportFailedError: What came is not what was announced.
        UnreachableError: It could not be fetched.
    """
    if state["status"] != "completed" or state["downloadUrl"] is None:
        raise UsageError(f"export {state['id']} is {state['status']}: there is nothing to download")
    into.mkdir(parents=True, exist_ok=True)
    target = into / Path(state["fileName"]).name
    partial = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        with ArtifactLink(client, state) as link:
            sha256 = _fetched(link, partial, state["fileSize"])
        if sha256 != state["sha256"]:
            raise ExportFailedError(f"{target.name} arrived damaged: try again")
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def _fetched(link: ArtifactLink, path: Path, size: int) -> str:
    """Fetch all bytes into a file; their SHA-256, computed while they come."""
    with path.open("w+b", buffering=0) as file:
        if size > PIECE_BYTES and link.has_ranges():
            return _in_pieces(link, file.fileno(), size)
        digest = hashlib.sha256()

        def take(block: memoryview, at: int) -> None:
            digest.update(block)
            _write(file.fileno(), block, at)

        link.read(0, size, take)
        return digest.hexdigest()


def _in_pieces(link: ArtifactLink, file: int, size: int) -> str:
    """Several at a time, in any order; those that are there are hashed in theirs."""
    digest = hashlib.sha256()
    starts = range(0, size, PIECE_BYTES)
    with ThreadPoolExecutor(PARALLEL) as threads:
        pieces = [
            threads.submit(
                link.read,
                start,
                min(start + PIECE_BYTES, size),
                lambda block, at: _write(file, block, at),
            )
            for start in starts
        ]
        try:
            for start, piece in zip(starts, pieces, strict=True):
                piece.result()
                for at in range(start, min(start + PIECE_BYTES, size), BLOCK_BYTES):
                    digest.update(os.pread(file, BLOCK_BYTES, at))
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            link.close()
            raise
    return digest.hexdigest()


def _write(file: int, block: memoryview, at: int) -> None:
    while block:
        written = os.pwrite(file, block, at)
        block, at = block[written:], at + written
