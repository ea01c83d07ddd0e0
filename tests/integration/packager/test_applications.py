"""Applications on the real storage: the whole way of the packager, and every way to stop it."""

from __future__ import annotations

import asyncio
import hashlib
import io
import random
import re
import tarfile
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from services.packager.handler import PackagerHandler
from services.packager.signing.keys import SigningKeys
from shared.domain.artifact_files import decode_files
from shared.domain.events import ExportRequested, now
from shared.domain.options import ExportOptions
from shared.domain.signing_policy import SigningRequiredError
from shared.errors import ExportError
from shared.jetstream.log_reader import read_lines
from shared.jetstream.progress_reporter import ProgressReporter
from shared.storage import keys
from shared.templates import BUILT
from tests.projects import BUILDS, store
from tests.signing import program, signing_keys

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js import JetStreamContext

    from services.packager.storage.disk_cache import DiskCache
    from shared.domain.events import ExportPackaged
    from shared.domain.export_document import Eta, Status
    from shared.domain.options import Configuration, Platform
    from shared.storage.bucket import Storage

EXPORT = "01234567-89ab-7def-8123-456789abcdef"
FILES = {
    "index.html": b"<!doctype html><title>Star Courier</title>Go",
    "assets/music.ogg": random.Random(3).randbytes(9 << 20),  # more than a part
    "js/main.js": b"console.log('hello')\n" * 500,
}
PATIENCE_S = 600
_SECONDS = re.compile(r"Signing the program: [1-9]\d* s")
A_LONG_TIME_S = 3_600.0  # the time-out of a test comes first


def _requested(
    snapshot: str,
    platform: Platform = "linux",
    configuration: Configuration = "release",
    generation: int = 1,
    **options: Any,
) -> ExportRequested:
    return ExportRequested(
        export_id=EXPORT,
        project_id="p1",
        user_id="u",
        generation=generation,
        platform=platform,
        configuration=configuration,
        options=ExportOptions(**options),
        snapshot=snapshot,
        created_at=now(),
    )


class _Recorder(ProgressReporter):
    """Keeps what is told, and sends it on."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.reported: list[tuple[Status, float, str]] = []
        self.seconds_shown = asyncio.Event()

    def progress(self, status: Status, percent: float, step: str, eta: Eta | None = None) -> None:
        self.reported.append((status, percent, step))
        if _SECONDS.fullmatch(step):
            self.seconds_shown.set()
        super().progress(status, percent, step, eta)


async def _export(
    handler: PackagerHandler, js: JetStreamContext, event: ExportRequested
) -> tuple[ExportPackaged, _Recorder]:
    reporter = _Recorder(js, event.export_id, event.generation)
    try:
        (packaged,) = await handler(event, reporter)
    finally:
        await reporter.close()
    return packaged, reporter


async def _download(storage: Storage, packaged: ExportPackaged) -> bytes:
    artifact, upload = packaged.artifact, packaged.upload
    parts = await storage.list_parts(artifact.key, upload.upload_id)
    await storage.complete_upload(artifact.key, upload.upload_id, parts, crc32c=artifact.crc32c)
    data = await storage.get(artifact.key)
    assert hashlib.sha256(data).hexdigest() == artifact.sha256
    return data


@pytest.fixture
def signing(storage: Storage, cache: DiskCache, tmp_path: Path) -> PackagerHandler:
    """A packager with a key for Linux whose program the test writes."""
    known = SigningKeys(tmp_path / "keys", timeout_s=A_LONG_TIME_S)
    return PackagerHandler(storage, cache, BUILDS, BUILT, signing=known)


def _hook(tmp_path: Path, script: str) -> None:
    program(tmp_path / "keys/linux/default/sign", f"#!/bin/sh -e\n{script}\n")


async def test_an_application_is_built_and_stored(
    handler: PackagerHandler, storage: Storage, js: JetStreamContext
) -> None:
    """In several parts, with progress by stage that never falls and ends at 90."""
    event = _requested(await store(storage, FILES))
    packaged, reported = await _export(handler, js, event)
    assert packaged.artifact.file_name == "star-courier-1.0.0-linux-x64.tar.gz"
    assert packaged.artifact.content_type == "application/gzip"
    assert packaged.upload.part_count == 2
    data = await _download(storage, packaged)
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        assert "star-courier-1.0.0/star-courier" in archive.getnames()
    statuses = [status for status, _, _ in reported.reported]
    percents = [percent for _, percent, _ in reported.reported]
    assert statuses == sorted(statuses, key=["preparing", "building", "packaging"].index)
    assert percents == sorted(percents)
    assert percents[-1] == pytest.approx(90)


async def test_an_application_is_built_on_an_operator_s_mac(
    storage: Storage, cache: DiskCache, js: JetStreamContext, tmp_path: Path
) -> None:
    """The project leaves the sandbox as one archive, the application comes back as one file."""
    handler = PackagerHandler(storage, cache, BUILDS, BUILT, signing=signing_keys(tmp_path))
    event = _requested(
        await store(storage, FILES), "ios", "distribution", format="ipa", signing_key="studio"
    )
    packaged, reported = await _export(handler, js, event)
    assert packaged.artifact.file_name == "star-courier-1.0.0-ios.ipa"
    with zipfile.ZipFile(io.BytesIO(await _download(storage, packaged))) as archive:
        music = archive.read("Payload/star-courier.app/www/assets/music.ogg")
    assert music == FILES["assets/music.ogg"]
    percents = [percent for _, percent, _ in reported.reported]
    assert percents == sorted(percents)
    assert percents[-1] == pytest.approx(90)


@pytest.mark.parametrize(("format_", "packed"), [("", None), ("appimage", "size")])
async def test_what_has_no_directory_is_listed_beside(
    handler: PackagerHandler,
    storage: Storage,
    js: JetStreamContext,
    format_: str,
    packed: str | None,
) -> None:
    """The game's files, and the program without them: together about as much as the artifact."""
    event = _requested(await store(storage, FILES), format=format_)
    packaged, _ = await _export(handler, js, event)
    artifact = packaged.artifact
    listed = decode_files(await storage.get(keys.artifact_list(artifact.key)))
    sizes = {file.path: file.size for file in listed}
    for path in ("assets/music.ogg", "js/main.js"):
        assert sizes[path] == len(FILES[path])
    (program,) = (path for path in sizes if path.endswith(("star-courier", ".AppImage")))
    assert 0 < sizes[program] < len(FILES["assets/music.ogg"])
    assert {file.packed_size for file in listed} == (set(sizes.values()) if packed else {None})
    if packed:
        assert sum(sizes.values()) == artifact.size_bytes


@pytest.mark.parametrize("platform", ["windows", "macos", "linux"])
async def test_the_same_request_gives_the_same_artifact(
    storage: Storage, js: JetStreamContext, cache: DiskCache, platform: Platform
) -> None:
    """Cold cache or warm, one thread or four: same key, same bytes."""
    event = _requested(await store(storage, FILES), platform)
    artifacts = []
    for threads in (1, 4):
        handler = PackagerHandler(storage, cache, BUILDS, BUILT, threads=threads)
        artifacts.append((await _export(handler, js, event))[0].artifact)
    assert artifacts[0] == artifacts[1]


async def test_signed_builds_never_share_a_key(
    signing: PackagerHandler, storage: Storage, js: JetStreamContext, tmp_path: Path
) -> None:
    """A signature holds the time, so another generation is another artifact, whatever went in."""
    _hook(tmp_path, 'date +%N > "$1.sig"')
    snapshot = await store(storage, FILES)
    first, _ = await _export(signing, js, _requested(snapshot))
    again, _ = await _export(signing, js, _requested(snapshot, generation=2))
    unsigned, _ = await _export(signing, js, _requested(snapshot, configuration="debug"))
    assert len({a.artifact.key for a in (first, again, unsigned)}) == 3
    assert [bool(a.inputs) for a in (first, again, unsigned)] == [False, False, True]


async def test_the_log_names_the_steps(
    signing: PackagerHandler, storage: Storage, nc: Client, js: JetStreamContext, tmp_path: Path
) -> None:
    """While a program works, its step and the seconds are the progress; the log keeps the step."""
    go = tmp_path / "go"
    _hook(tmp_path, f'until [ -e {go} ]; do sleep 0.05; done; echo s > "$1.sig"')
    reporter = _Recorder(js, EXPORT, 1)
    task = asyncio.create_task(signing(_requested(await store(storage, FILES)), reporter))
    await reporter.seconds_shown.wait()
    go.touch()
    await task
    await reporter.close()
    lines = [stored.line.message for stored in await read_lines(nc, EXPORT)]
    assert "Signing the program …" in lines


async def test_a_cancel_stops_the_operator_s_program(
    signing: PackagerHandler, storage: Storage, js: JetStreamContext, tmp_path: Path
) -> None:
    """With its children; no upload and no scratch folder is left."""
    _hook(tmp_path, f"sleep 1000 & echo $! > {tmp_path}/child; sleep 1000")
    event = _requested(await store(storage, FILES))
    task = asyncio.create_task(_export(signing, js, event))
    child = await _number_in(tmp_path / "child")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await storage.uploads("") == []
    assert list((tmp_path / "cache/work").iterdir()) == []
    await _gone(child)


@pytest.mark.parametrize("after_s", [0.0, 0.01, 0.03, 0.1])
@pytest.mark.parametrize("platform", ["windows", "macos", "linux"])
async def test_a_cancelled_export_leaves_nothing(
    handler: PackagerHandler,
    storage: Storage,
    js: JetStreamContext,
    *,
    platform: Platform,
    after_s: float,
    tmp_path: Path,
) -> None:
    """Wherever the cancel hits."""
    task = asyncio.create_task(
        _export(handler, js, _requested(await store(storage, FILES), platform))
    )
    await asyncio.sleep(after_s)
    task.cancel()
    try:
        packaged, _ = await task
    except asyncio.CancelledError:
        assert await storage.uploads("") == []
    else:  # it had been done before
        await storage.abort_upload(packaged.artifact.key, packaged.upload.upload_id)
    work = tmp_path / "cache/work"
    assert not work.exists() or list(work.iterdir()) == []


async def test_a_program_that_fails_is_tried_again(
    signing: PackagerHandler, storage: Storage, js: JetStreamContext, tmp_path: Path
) -> None:
    """The network or a token may be to blame; nothing of the attempt is left."""
    _hook(tmp_path, "exit 7")
    with pytest.raises(ExportError, match="sign failed with code 7") as caught:
        await _export(signing, js, _requested(await store(storage, FILES)))
    assert caught.value.retryable
    assert await storage.uploads("") == []


async def test_a_distribution_without_a_key_is_refused(
    handler: PackagerHandler, storage: Storage, js: JetStreamContext
) -> None:
    """Before anything is packed, and saying how."""
    event = _requested(await store(storage, FILES), "macos", "distribution")
    with pytest.raises(SigningRequiredError, match="PACKAGER_SIGNING_DIR/macos/default"):
        await _export(handler, js, event)


async def test_without_the_shell_nothing_is_built(
    storage: Storage, cache: DiskCache, js: JetStreamContext, tmp_path: Path
) -> None:
    """An operator has to install it; the error says how."""
    handler = PackagerHandler(storage, cache, BUILDS, tmp_path / "none")
    with pytest.raises(ExportError, match="make templates") as caught:
        await _export(handler, js, _requested(await store(storage, FILES)))
    assert caught.value.code == "template-missing"


async def _number_in(path: Path) -> int:
    while True:
        text = await asyncio.to_thread(lambda: path.read_text() if path.exists() else "")
        if text.strip():
            return int(text)
        await asyncio.sleep(0.02)


async def _gone(pid: int) -> None:
    """Wait until it is dead, or a zombie that its new parent has not reaped yet."""
    status = Path(f"/proc/{pid}/status")
    while True:
        with suppress(FileNotFoundError, ProcessLookupError):
            if "State:\tZ" not in await asyncio.to_thread(status.read_text):
                await asyncio.sleep(0.02)
                continue
        return
