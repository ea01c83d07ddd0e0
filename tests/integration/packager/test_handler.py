"""Exports on the real storage and the real streams."""

from __future__ import annotations

import asyncio
import io
import random
import zipfile
from typing import TYPE_CHECKING

import msgspec
import pytest

from services.packager.cache import DiskCache
from services.packager.handler import PackagerHandler
from services.packager.objects import ObjectLostError
from services.packager.platforms import exporters
from shared import keys
from shared.chatter import Chatter
from shared.events import ExportPackaged, ExportRequested, ExportStarted, now
from shared.facts import Facts
from shared.options import ExportOptions
from shared.settings import RetrySettings
from shared.storage import Storage
from shared.streams import packager_durable
from shared.worker import Consumer, Worker
from tests.projects import store

if TYPE_CHECKING:
    from pathlib import Path

    from nats.aio.client import Client
    from nats.js import JetStreamContext

    from shared.options import Platform

EXPORT = "01234567-89ab-7def-8123-456789abcdef"


def _project() -> dict[str, bytes]:
    noise = random.Random(7)
    files = {f"assets/tile{n:03}.png": noise.randbytes(2_000) for n in range(300)}
    files["assets/music.ogg"] = noise.randbytes(9 << 20)
    files["assets/heights.bin"] = bytes(range(256)) * 40_000
    files["index.html"] = b"<!doctype html><html><head><title>Star Courier</title></head></html>"
    files["js/main.js"] = b"console.log('hello')\n" * 500
    files["empty.txt"] = b""
    return files


def _requested(snapshot: str, platform: Platform = "source", **options: object) -> ExportRequested:
    return ExportRequested(
        export_id=EXPORT,
        project_id="p1",
        user_id="u",
        platform=platform,
        configuration="release",
        options=ExportOptions(**options),  # type: ignore[arg-type]
        snapshot=snapshot,
        created_at=now(),
    )


async def _download(storage: Storage, packaged: ExportPackaged) -> bytes:
    """Commit the upload as the uploader would, and read the artifact."""
    artifact, upload = packaged.artifact, packaged.upload
    parts = await storage.list_parts(artifact.key, upload.upload_id)
    await storage.complete_upload(artifact.key, upload.upload_id, parts, crc32c=artifact.crc32c)
    return await storage.get(artifact.key)


async def _export(
    handler: PackagerHandler, js: JetStreamContext, event: ExportRequested
) -> ExportPackaged:
    chatter = Chatter(js, event.export_id, event.generation)
    try:
        (packaged,) = await handler(event, chatter)
    finally:
        await chatter.close()
    return packaged


async def test_source_comes_out_as_it_went_in(
    handler: PackagerHandler, storage: Storage, js: JetStreamContext
) -> None:
    """Every file of the project is in the artifact, byte for byte, and the manifest names it."""
    files = _project()
    packaged = await _export(handler, js, _requested(await store(storage, files)))
    data = await _download(storage, packaged)
    assert len(data) == packaged.artifact.size_bytes
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        manifest = msgspec.json.decode(archive.read("export-manifest.json"))
        assert {name: archive.read(name) for name in archive.namelist() if name in files} == files
        assert [file["path"] for file in manifest["files"]] == sorted(files)
    assert packaged.artifact.file_name == "star-courier-1.0.0-source.zip"
    assert packaged.upload.part_count == 2
