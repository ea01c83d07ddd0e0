"""Pushing a folder: say what it consists of, send what the project lacks, say it again."""

from __future__ import annotations

import asyncio
import io
import tarfile
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import msgspec

from cli.api_client import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from cli.api_client import Client
    from cli.project_folder import ProjectFolder
    from shared.domain.project import Manifest

SMALL_BYTES: Final = 1 << 20  # such files travel together
PACK_BYTES: Final = 8 << 20
PARALLEL: Final = 4
CONFLICT: Final = 409


class Pushed(msgspec.Struct, frozen=True, rename="camel"):
    """The snapshot that now is the project's head, and what had to be sent for it."""

    snapshot: str
    files: int
    size_bytes: int
    sent_files: int
    sent_bytes: int


async def push(
    client: Client, project_id: str, folder: ProjectFolder, on_sent: Callable[[int, int], None]
) -> Pushed:
    """Push a folder; ``on_sent`` is called with (bytes sent, bytes to send) as they go."""
    path = f"/api/projects/{project_id}/snapshot"
    manifest = msgspec.to_builtins(folder.manifest)
    by_hash = folder.by_hash()
    missing = await _propose(client, path, manifest)
    sent_files = sent_bytes = 0
    while isinstance(missing, list):
        files = [(sha, by_hash[sha]) for sha in missing]
        sent_files += len(files)
        sent_bytes += await _send(client, project_id, files, folder.manifest, on_sent)
        missing = await _propose(client, path, manifest)
    return Pushed(missing, len(folder.manifest.files), folder.size_bytes, sent_files, sent_bytes)


async def _propose(client: Client, path: str, manifest: Any) -> str | list[str]:
    """The snapshot's name, or the hashes that are missing for it."""
    try:
        answer = await client.send("PUT", path, manifest)
    except ApiError as error:
        missing = error.problem.get("missing")
        if error.status == CONFLICT and missing:
            return list(missing)
        raise
    return str(answer["snapshot"])


async def _send(
    client: Client,
    project_id: str,
    files: list[tuple[str, Path]],
    manifest: Manifest,
    on_sent: Callable[[int, int], None],
) -> int:
    sizes = {entry.sha256: entry.size for entry in manifest.files.values()}
    total, sent = sum(sizes[sha] for sha, _ in files), 0
    url = f"/api/projects/{project_id}/blobs"
    slots = asyncio.Semaphore(PARALLEL)

    async def one(
        size: int, method: str, path: str, content: Callable[[], Any], length: int
    ) -> None:
        nonlocal sent
        async with slots:
            await client.upload(method, path, content, size_bytes=length)
        sent += size
        on_sent(sent, total)

    try:
        async with asyncio.TaskGroup() as group:
            for sha, path in files:
                if sizes[sha] > SMALL_BYTES:
                    opened = partial(path.open, "rb")
                    group.create_task(one(sizes[sha], "PUT", f"{url}/{sha}", opened, sizes[sha]))
            small = [(sha, path) for sha, path in files if sizes[sha] <= SMALL_BYTES]
            for pack in _packs(small, sizes):
                data = await asyncio.to_thread(_tar, pack)
                size = sum(sizes[sha] for sha, _ in pack)
                await slots.acquire()  # at most PARALLEL packs are in memory
                slots.release()
                group.create_task(one(size, "POST", url, partial(io.BytesIO, data), len(data)))
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None  # one is reported, the others are like it
    return total


def _packs(
    files: list[tuple[str, Path]], sizes: dict[str, int]
) -> Iterator[list[tuple[str, Path]]]:
    pack: list[tuple[str, Path]] = []
    size = 0
    for sha, path in files:
        if pack and size + sizes[sha] > PACK_BYTES:
            yield pack
            pack, size = [], 0
        pack.append((sha, path))
        size += sizes[sha] + tarfile.BLOCKSIZE  # its header, more than many a tiny file has
    if pack:
        yield pack


def _tar(files: list[tuple[str, Path]]) -> bytes:
    """An uncompressed tar whose entries are named by their SHA-256."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for sha, path in files:
            data = path.read_bytes()
            entry = tarfile.TarInfo(sha)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()
