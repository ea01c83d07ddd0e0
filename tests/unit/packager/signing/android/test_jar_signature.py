"""JAR signatures, read by jarsigner and apksigner, and compared with theirs."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from services.packager.signing.android.android_key import open_android_key
from services.packager.signing.android.apk_signer import SIGNATURE_FILE, ApkSigner
from services.packager.signing.android.debug_key import new_debug_key, opened_debug_key
from services.packager.signing.android.jar_signature import jar_signature
from services.packager.signing.keys import SigningKey
from tests.apks import answered, bench, jar, tool, unsigned_apk
from tests.signing import PASSWORD, android_key, chained, keystore

if TYPE_CHECKING:
    from pathlib import Path

    from services.packager.signing.android.android_key import AndroidKey

FILES = {"base/dex/classes.dex": b"dex", "base/assets/www/index.html": b"<p>" * 999}


def _signed(key: AndroidKey, folder: Path, files: dict[str, bytes]) -> bytes:
    """A JAR whose manifest and signature file are written here."""
    sections = {
        name: f"Name: {name}\r\nSHA-256-Digest: {_digest(data)}\r\n\r\n"
        for name, data in files.items()
    }
    manifest = "Manifest-Version: 1.0\r\n\r\n" + "".join(sections.values())
    listing = (
        f"Signature-Version: 1.0\r\nSHA-256-Digest-Manifest: {_digest(manifest.encode())}\r\n\r\n"
    ) + "".join(
        f"Name: {name}\r\nSHA-256-Digest: {_digest(section.encode())}\r\n\r\n"
        for name, section in sections.items()  # what is not listed here as well is unsigned
    )
    signer = ApkSigner(key, bench(folder), is_bundle=True)
    signature = answered(signer, SIGNATURE_FILE, listing.encode())
    return jar(
        files,
        {
            "META-INF/MANIFEST.MF": manifest.encode(),
            SIGNATURE_FILE: listing.encode(),
            f"META-INF/AETHEL.{key.newest.family}": signature,
        },
    )


def _digest(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


@pytest.mark.parametrize(
    "entry", ["k:RSA:2048", "k:RSA:4096", "k:EC:secp256r1", "k:EC:secp384r1", "k:EC:secp521r1"]
)
def test_jarsigner_finds_a_bundle_good(tmp_path: Path, entry: str) -> None:
    """With nothing to complain of but what the certificate is, where it is trusted."""
    folder = android_key(tmp_path / "key", keystore(entry))
    key = open_android_key(SigningKey("studio", folder))
    path = tmp_path / "game.aab"
    made = _signed(key, tmp_path, FILES)
    path.write_bytes(made)
    trusted = ("-keystore", folder / "keystore.p12", "-storepass", PASSWORD)
    said = tool("jarsigner", "-verify", "-strict", "-verbose", "-certs", *trusted, path)
    assert "jar verified." in said
    assert said.count("CN=k") >= len(FILES)
    assert made == _signed(key, tmp_path, FILES)


def test_a_changed_file_is_noticed(tmp_path: Path) -> None:
    """The signature is over the digests of all."""
    key = opened_debug_key(new_debug_key("p1"))
    whole = _signed(key, tmp_path, FILES)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    path = tmp_path / "changed.aab"
    for name in FILES, SIGNATURE_FILE:
        changed = name if isinstance(name, str) else "base/dex/classes.dex"
        path.write_bytes(jar({**members, changed: members[changed] + b" "}, {}))
        with pytest.raises(AssertionError, match=r"SecurityException|digest error|invalid"):
            tool("jarsigner", "-verify", "-strict", path)


@pytest.mark.parametrize("alias", ["one", "two", "game"])
def test_old_androids_find_an_apk_good(tmp_path: Path, alias: str) -> None:
    """From Android 4.3 on; of an RSA key, with a chain or without, the bytes are apksigner's."""
    store = chained() if alias == "game" else keystore("one:RSA:2048", "two:EC:secp256r1")
    folder = android_key(tmp_path / "key", store, alias=alias)
    key = open_android_key(SigningKey("studio", folder))
    (tmp_path / "unsigned.apk").write_bytes(unsigned_apk(18))
    theirs = tmp_path / "theirs.apk"
    tool(
        *("apksigner", "sign", "--v2-signing-enabled", "false", "--v3-signing-enabled", "false"),
        *("--v4-signing-enabled", "false", "--v1-signer-name", "AETHEL"),
        *("--ks", folder / "keystore.p12", "--ks-pass", f"pass:{PASSWORD}", "--ks-key-alias"),
        *(alias, "--out", theirs, tmp_path / "unsigned.apk"),
    )
    with zipfile.ZipFile(theirs) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    mine = jar_signature(key.newest, members[SIGNATURE_FILE])
    signature = f"META-INF/AETHEL.{key.newest.family}"
    if key.newest.family == "RSA":
        assert mine == members[signature]
    path = tmp_path / "mine.apk"
    path.write_bytes(jar({**members, signature: mine}, {}))
    for level in range(18, 24):
        only = ("--min-sdk-version", str(level), "--max-sdk-version", "23")
        tool("apksigner", "verify", *only, path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Signature-Version: 1.0",
        b"signature-version: 1.0\r\n",
        b"\x30\x82\x01\x00",  # as a certificate begins
        b"\x31\x40",  # as signed attributes do
        b"\xdc\x02\x00\x00\x30\x82",  # as a node of a lineage does
    ],
)
def test_nothing_but_a_signature_file_is_signed(tmp_path: Path, content: bytes) -> None:
    """Or a build that was taken over could pass the key on to another one."""
    key = opened_debug_key(new_debug_key("p1"))
    with pytest.raises(ValueError, match=r"no signature file begins so|are the most"):
        answered(ApkSigner(key, bench(tmp_path), is_bundle=True), SIGNATURE_FILE, content)
