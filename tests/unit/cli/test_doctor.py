from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from cli.doctor import default_plan, examine, identity_provider, package_registry
from cli.findings import Doubt
from cli.signing_keys import signing_keys
from services.packager.signing.keys import KeyBrokenError
from shared.errors import ConfigurationError, UnavailableError
from tests.identity_provider import AUDIENCE, ISSUER, jwk, rsa_key
from tests.identity_provider import identity_provider as provider_of_identities
from tests.npm_server import npm_server, says
from tests.signing import android_key, keystore, program

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Keys that are complete."""
    windows = tmp_path / "windows" / "default"
    windows.mkdir(parents=True)
    (windows / "certificate.p12").write_bytes(b"")
    program(tmp_path / "macos/studio/sign", "#!/bin/sh\n")
    return tmp_path


async def _told(folder: Path) -> str:
    return await signing_keys({"PACKAGER_SIGNING_DIR": str(folder)})


async def test_a_storage_that_hangs_is_told() -> None:
    """It takes connections and never answers; the checks behind it are made all the same."""

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1_000):  # until the other side has gone
            pass
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    servers = {"S3_ENDPOINT": f"http://{host}:{port}", "S3_BUCKET": "games", "NATS_URL": "x:1"}
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
    async with server:
        findings = await examine({**servers, **keys}, local=False, patience_s=0.3)
    found = {finding.name: finding for finding in findings}
    assert not found["storage"].well
    assert "it hangs" in found["storage"].detail
    assert "package registry" in found


async def test_keys_that_can_sign_are_listed(folder: Path) -> None:
    """By platform; that there are none is fine, too."""
    assert await _told(folder) == "windows: default; macos: studio"
    assert "nothing is signed" in await signing_keys({})


async def test_a_key_without_its_parts_is_named(folder: Path) -> None:
    """Before an export fails for it, with what to do."""
    hook = folder / "macos/studio/sign"
    hook.chmod(0o600)
    with pytest.raises(ConfigurationError, match=f"chmod u\\+x {hook}"):
        await _told(folder)
    hook.unlink()
    with pytest.raises(ConfigurationError, match=r"macos/studio has no file sign \("):
        await _told(folder)
    hook.parent.rmdir()
    (folder / "windows/default/certificate.p12").unlink()
    with pytest.raises(ConfigurationError, match=r"sign or certificate\.p12"):
        await _told(folder)


async def test_a_key_store_is_opened(tmp_path: Path) -> None:
    """What ends too soon for stores signs all the same; what does not open is told."""
    folder = android_key(tmp_path / "android/upload", keystore("upload:EC:secp256r1"))
    assert await _told(tmp_path) == "android: upload"
    android_key(folder, keystore("upload:EC:secp256r1:30"))
    with pytest.raises(Doubt, match=r"android/upload: .*2033"):
        await _told(tmp_path)
    (folder / "password").write_text("wrong")
    with pytest.raises(KeyBrokenError, match="password"):
        await _told(tmp_path)


async def test_a_key_for_ios_is_a_program(tmp_path: Path) -> None:
    """It builds on an operator's Mac."""
    built = program(tmp_path / "ios/mac/build", "#!/bin/sh\n")
    assert await _told(tmp_path) == "ios: mac"
    built.chmod(0o600)
    with pytest.raises(ConfigurationError, match="chmod"):
        await _told(tmp_path)
    built.unlink()
    with pytest.raises(ConfigurationError, match=r"ios/mac has no file build \(docs/phones.md"):
        await _told(tmp_path)


async def test_keys_for_windows_need_osslsigncode(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It verifies what an operator's own program has signed, too."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigurationError, match="apt-get install osslsigncode"):
        await _told(folder)


async def test_a_folder_that_is_not_there_is_no_folder_without_keys(tmp_path: Path) -> None:
    """A misspelt name would leave every release unsigned, unnoticed."""
    with pytest.raises(ConfigurationError, match=r"PACKAGER_SIGNING_DIR=.*no such folder"):
        await _told(tmp_path / "misspelt")


async def test_a_registry_that_gives_nothing_is_named() -> None:
    """With what stands in the way; none at all is fine."""
    assert "bring their packages" in await package_registry({})
    async with npm_server() as server:
        settings = {"PACKAGER_NPM_REGISTRY": server.url}
        with pytest.raises(ConfigurationError, match=f"{server.url}' does not give .* missing"):
            await package_registry(settings)
        server.lies["once"] = says(401)
        with pytest.raises(ConfigurationError, match="refused status 401"):
            await package_registry(settings)
        server.lies.clear()
        server.publish("once@1.4.0")
        assert await package_registry(settings) == f"{server.url} gives packages"


async def test_a_plan_that_nobody_has_chosen_is_told() -> None:
    """The engine's tokens name none, so that all its users would be on trial."""
    with pytest.raises(Doubt, match=r"starter_trial, 10 build minutes a month.*migration\.md"):
        await default_plan({})
    assert "500" in await default_plan({"BUILD_MINUTES_DEFAULT_PLAN": "pro"})
    assert "no limit" in await default_plan({"BUILD_MINUTES_DEFAULT_PLAN": "unlimited"})


async def test_an_identity_provider_is_asked_for_its_keys() -> None:
    """And one that gives none is told before its users are refused."""
    assert "JWT_SECRET" in await identity_provider({})
    async with provider_of_identities() as provider:
        environ = {
            "JWT_JWKS_URL": provider.url,
            "JWT_ISSUER": ISSUER,
            "JWT_AUDIENCE": AUDIENCE,
        }
        with pytest.raises(ConfigurationError, match="no public key"):
            await identity_provider(environ)
        provider.keys = [jwk(rsa_key("r"), "r1")]
        assert (await identity_provider(environ)).startswith("r1 (RS256); roles by nobody")
    with pytest.raises(UnavailableError):
        await identity_provider(environ)
