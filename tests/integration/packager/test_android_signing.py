"""Applications for Android on the way of the packager, signed for it outside of the sandbox."""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from services.packager.handler import PackagerHandler
from services.packager.signing.keys import NO_KEYS, KeyBrokenError, SigningKeys
from services.packager.storage.disk_cache import DiskCache
from shared.domain.events import ExportRequested, now
from shared.domain.options import ExportOptions
from shared.domain.signing_policy import SigningRequiredError
from shared.jetstream.connection import connect
from shared.jetstream.errors import NatsUnavailableError
from shared.jetstream.log_reader import read_lines
from shared.jetstream.progress_reporter import ProgressReporter
from shared.stores.debug_keys import DebugKeys
from shared.templates import BUILT
from tests.apks import tool
from tests.projects import BUILDS, store
from tests.signing import PASSWORD, android_key, keystore

if TYPE_CHECKING:
    from pathlib import Path

    from nats.aio.client import Client
    from nats.js import JetStreamContext

    from shared.domain.events import ExportPackaged
    from shared.domain.options import Configuration
    from shared.settings import NatsSettings
    from shared.storage.bucket import Storage

EXPORT = "01234567-89ab-7def-8123-456789abcdef"
FILES = {"index.html": b"<!doctype html><title>Star Courier</title>Go", "js/main.js": b"go()\n"}


def _requested(
    snapshot: str, configuration: Configuration = "release", **options: Any
) -> ExportRequested:
    return ExportRequested(
        export_id=EXPORT,
        project_id="p1",
        user_id="u",
        platform="android",
        configuration=configuration,
        options=ExportOptions(**options),
        snapshot=snapshot,
        created_at=now(),
    )


async def _packager(
    storage: Storage, js: JetStreamContext, folder: Path, signing: SigningKeys = NO_KEYS
) -> PackagerHandler:
    """One with a cache of its own."""
    cache = DiskCache(folder, 1 << 30)
    debug_keys = await DebugKeys.bind(js)
    return PackagerHandler(storage, cache, BUILDS, BUILT, signing=signing, debug_keys=debug_keys)


async def _export(
    handler: PackagerHandler, js: JetStreamContext, event: ExportRequested
) -> ExportPackaged:
    reporter = ProgressReporter(js, event.export_id, event.generation)
    try:
        (packaged,) = await handler(event, reporter)
    finally:
        await reporter.close()
    return packaged


async def _download(storage: Storage, packaged: ExportPackaged, path: Path) -> Path:
    artifact, upload = packaged.artifact, packaged.upload
    parts = await storage.list_parts(artifact.key, upload.upload_id)
    await storage.complete_upload(artifact.key, upload.upload_id, parts, crc32c=artifact.crc32c)
    return _written(path, await storage.get(artifact.key))


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def _certificate(apk: Path) -> str:
    said = tool("apksigner", "verify", "--print-certs", apk)
    (line,) = (line for line in said.splitlines() if "certificate SHA-256" in line)
    return line.split()[-1]


async def test_exports_of_a_project_install_over_each_other(
    storage: Storage, js: JetStreamContext, nc: Client, tmp_path: Path
) -> None:
    """Whichever packager builds them, in debug and release; the log says by whose signature."""
    snapshot = await store(storage, FILES)
    certificates = []
    for number, configuration in enumerate(("debug", "release")):
        packager = await _packager(storage, js, tmp_path / f"cache{number}")
        packaged = await _export(packager, js, _requested(snapshot, configuration))  # type: ignore[arg-type]
        apk = await _download(storage, packaged, tmp_path / f"{number}.apk")
        certificates.append(_certificate(apk))
    assert certificates[0] == certificates[1]
    lines = [stored.line.message for stored in await read_lines(nc, EXPORT)]
    named = bytes.fromhex(certificates[0]).hex(":").upper()
    assert any(line.startswith(f"Signed with the certificate SHA-256 {named}") for line in lines)
    assert any("the project's debug key" in line for line in lines)


async def test_the_same_again_is_found_and_the_same(
    storage: Storage, js: JetStreamContext, tmp_path: Path
) -> None:
    """A signature holds no time: the same inputs, the same artifact, from any packager."""
    event = _requested(await store(storage, FILES))
    packagers = [await _packager(storage, js, tmp_path / name) for name in ("a", "b")]
    first, again = [await _export(packager, js, event) for packager in packagers]
    assert first.inputs
    assert (first.inputs, first.artifact) == (again.inputs, again.artifact)


@pytest.mark.parametrize("entry", ["k:RSA:2048", "k:RSA:4096", "k:EC:secp384r1"])
async def test_an_operators_key_signs(
    storage: Storage, js: JetStreamContext, tmp_path: Path, entry: str
) -> None:
    """The package and the bundle, with the digests that its size asks for."""
    folder = android_key(tmp_path / "keys/android/default", keystore(entry))
    keys = SigningKeys(tmp_path / "keys")
    packager = await _packager(storage, js, tmp_path / "cache", keys)
    snapshot = await store(storage, FILES)
    options = {"bundle_id": "com.example.courier"}
    packaged = await _export(packager, js, _requested(snapshot, "distribution", **options))
    apk = await _download(storage, packaged, tmp_path / "game.apk")
    exported = tool(
        *("keytool", "-list", "-keystore", folder / "keystore.p12", "-storepass", PASSWORD)
    )
    (digest,) = (line.split()[-1] for line in exported.splitlines() if "SHA-256" in line)
    assert _certificate(apk) == digest.replace(":", "").lower()
    bundle = await _export(
        packager, js, _requested(snapshot, "distribution", format="aab", **options)
    )
    aab = await _download(storage, bundle, tmp_path / "game.aab")
    trusted = ("-keystore", folder / "keystore.p12", "-storepass", PASSWORD)
    assert "jar verified." in tool("jarsigner", "-verify", "-strict", *trusted, aab)


async def test_a_renewed_key_is_another_build(
    storage: Storage, js: JetStreamContext, tmp_path: Path
) -> None:
    """Nobody gets what an older key has signed, and the other way round."""
    event = _requested(await store(storage, FILES))
    place = tmp_path / "keys/android/default"
    packager = await _packager(storage, js, tmp_path / "cache", SigningKeys(tmp_path / "keys"))
    inputs, artifacts = set(), set()
    for entry in (None, "k:RSA:2048", "k:EC:secp256r1"):
        shutil.rmtree(place, ignore_errors=True)
        if entry:
            android_key(place, keystore(entry))
        packaged = await _export(packager, js, event)
        inputs.add(packaged.inputs)
        artifacts.add(packaged.artifact.key)
    assert len(inputs) == len(artifacts) == len({"debug key", "a key", "its successor"})


async def test_a_key_that_cannot_be_used_is_told_before_anything_is_built(
    storage: Storage, js: JetStreamContext, tmp_path: Path
) -> None:
    """For operators; the project's own key never stands in for theirs."""
    android_key(tmp_path / "keys/android/default", keystore("k:RSA:2048"), password="another")
    packager = await _packager(storage, js, tmp_path / "cache", SigningKeys(tmp_path / "keys"))
    event = _requested(await store(storage, FILES))
    with pytest.raises(KeyBrokenError, match="the password does not open it"):
        await _export(packager, js, event)
    alone = await _packager(storage, js, tmp_path / "other")
    with pytest.raises(SigningRequiredError, match=r"docs/phones\.md"):
        await _export(alone, js, _requested(event.snapshot, "distribution"))
    assert await storage.uploads("") == []


async def test_without_the_projects_key_nothing_is_built(
    storage: Storage, js: JetStreamContext, tmp_path: Path, nats_settings: NatsSettings
) -> None:
    """NATS is away: the export is tried again, and the same key signs it then."""
    nc = await connect(nats_settings, name="packager")
    packager = await _packager(storage, nc.jetstream(), tmp_path / "cache")
    event = _requested(await store(storage, FILES))
    await nc.close()
    with pytest.raises(NatsUnavailableError):
        await _export(packager, js, event)
    assert await storage.uploads("") == []
    healthy = await _packager(storage, js, tmp_path / "other")
    packaged = await _export(healthy, js, event)
    made = await _download(storage, packaged, tmp_path / "game.apk")
    assert hashlib.sha256(made.read_bytes()).hexdigest() == packaged.artifact.sha256
