"""Signing blocks of APKs, read by apksigner, and compared with its own byte for byte."""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from services.packager.archive.member import Member
from services.packager.signing.android.android_key import AndroidKey, open_android_key
from services.packager.signing.android.apk_block import V2, V3, V3_1
from services.packager.signing.android.apk_signer import (
    BLOCK,
    DIGEST,
    SIGNATURE_FILE,
    ApkDigest,
    ApkSigner,
)
from services.packager.signing.android.debug_key import new_debug_key, opened_debug_key
from services.packager.signing.android.key_pair import UnusableKeyError
from services.packager.signing.android.lineage import read_lineage
from services.packager.signing.keys import KeyBrokenError, SigningKey
from services.packager.signing.opening import for_android
from tests.apks import answered, bench, block_of, digests_of, sealed, tool, unsigned_apk
from tests.projects import request
from tests.signing import PASSWORD, android_key, chained, keystore

if TYPE_CHECKING:
    from pathlib import Path

LEVELS = [24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36]
PADDING = 0x42726577


def _key(folder: Path) -> AndroidKey:
    return open_android_key(SigningKey("studio", folder))


def _verified(apk: bytes, folder: Path, *levels: str) -> str:
    """What apksigner says of it, once it has found it good."""
    path = folder / "game.apk"
    path.write_bytes(apk)
    return tool("apksigner", "verify", "-v", "--print-certs", *levels, path)


def _schemes(apk: bytes) -> tuple[bytes, dict[int, bytes]]:
    """The APK without its signing block, and what is in that."""
    (directory_at,) = struct.unpack_from("<I", apk, len(apk) - 6)
    (size,) = struct.unpack_from("<Q", apk, directory_at - 24)
    begins = directory_at - 8 - size
    pairs, found = apk[begins + 8 : directory_at - 24], {}
    while pairs:
        length, number = struct.unpack_from("<QI", pairs)
        found[number] = pairs[12 : 8 + length]
        pairs = pairs[8 + length :]
    end = apk[directory_at:-6] + struct.pack("<I", begins) + apk[-2:]
    return apk[:begins] + end, found


def _block(schemes: dict[int, bytes]) -> bytes:
    """A signing block of these, written here."""
    pairs = b"".join(
        struct.pack("<QI", len(value) + 4, number) + value for number, value in schemes.items()
    )
    size = struct.pack("<Q", len(pairs) + 24)
    return size + pairs + size + b"APK Sig Block 42"


@pytest.fixture(scope="module")
def rotated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three keys that have followed one another, and their lineage."""
    folder = tmp_path_factory.mktemp("rotated")
    stores = [keystore(f"k{number}:RSA:2048") for number in (1, 2, 3)]
    place = folder
    for store in reversed(stores):
        android_key(place, store)
        place /= "older"
    places = [folder / "older/older", folder / "older", folder]
    lineage = folder / "lineage"
    for old, new in pairwise(places):
        tool(
            *("apksigner", "rotate", *(("--in", lineage) if lineage.exists() else ())),
            *("--out", lineage, "--old-signer", *_store(old), "--new-signer", *_store(new)),
        )
    return folder


def _store(folder: Path) -> tuple[str | Path, ...]:
    return "--ks", folder / "keystore.p12", "--ks-pass", f"pass:{PASSWORD}"


@pytest.mark.parametrize(
    "entry",
    [
        "a chain of RSA",
        "k:RSA:2048",
        "k:RSA:3072",
        "k:RSA:4096",
        "k:EC:secp256r1",
        "k:EC:secp384r1",
        "k:EC:secp521r1",
    ],
)
def test_every_kind_of_key(tmp_path: Path, entry: str) -> None:
    """Apksigner finds v2 and v3; of an RSA key it writes the same bytes, but for its padding."""
    alias = {"alias": "game"} if "chain" in entry else {}
    store = chained() if alias else keystore(entry)
    key = _key(android_key(tmp_path / "key", store, **alias))
    apk = unsigned_apk()
    signed = sealed(apk, block_of(key, apk, tmp_path))
    said = _verified(signed, tmp_path)
    assert "v2 scheme (APK Signature Scheme v2): true" in said
    assert "v3 scheme (APK Signature Scheme v3): true" in said
    assert f"CN={alias.get('alias', 'k')}" in said
    assert signed == sealed(apk, block_of(key, apk, tmp_path))
    if "RSA" in entry:
        chosen = ("--ks-key-alias", "game") if alias else ()
        theirs = _signed_by_apksigner(apk, tmp_path, *_store(tmp_path / "key"), *chosen)
        contents, schemes = _schemes(theirs)
        mine = _schemes(sealed(contents, block_of(key, contents, tmp_path)))[1]
        del schemes[PADDING]
        assert mine == schemes


def _signed_by_apksigner(apk: bytes, folder: Path, *signers: str | Path) -> bytes:
    """The same APK, signed by the tool."""
    (folder / "unsigned.apk").write_bytes(apk)
    tool(
        *("apksigner", "sign", "--v1-signing-enabled", "false", "--v4-signing-enabled", "false"),
        *(*signers, "--out", folder / "theirs.apk", folder / "unsigned.apk"),
    )
    return (folder / "theirs.apk").read_bytes()


def test_every_level(tmp_path: Path) -> None:
    """From the first that reads such a block to the newest, each alone."""
    key = opened_debug_key(new_debug_key("p1"))
    apk = unsigned_apk()
    signed = sealed(apk, block_of(key, apk, tmp_path))
    for level in LEVELS:
        only = ("--min-sdk-version", str(level), "--max-sdk-version", str(level))
        assert "CN=Android Debug" in _verified(signed, tmp_path, *only)


def test_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    """In a file, in the directory, in the block."""
    key = opened_debug_key(new_debug_key("p1"))
    apk = unsigned_apk()
    block = block_of(key, apk, tmp_path)
    signed = sealed(apk, block)
    for at in (signed.index(b"\x00\x01\x02\x03\x04"), signed.index(block) + 200, len(signed) - 60):
        changed = signed[:at] + bytes([signed[at] ^ 1]) + signed[at + 1 :]
        with pytest.raises(AssertionError, match=r"DOES NOT VERIFY|ERROR|Exception"):
            _verified(changed, tmp_path)


def test_a_rotation_from_android_9_on(rotated: Path, tmp_path: Path) -> None:
    """As apksigner signs with the same lineage, byte for byte: v2 by the first key, v3 by all."""
    (rotated / "rotation-min-sdk").write_text("28\n")
    key = _key(rotated)
    signers = (
        *("--lineage", rotated / "lineage", *_store(rotated / "older/older")),
        *("--next-signer", *_store(rotated)),
    )
    contents, schemes = _schemes(_signed_by_apksigner(unsigned_apk(), tmp_path, *signers))
    del schemes[PADDING]
    signed = sealed(contents, block_of(key, contents, tmp_path))
    assert _schemes(signed)[1] == schemes
    assert "CN=k3" in _verified(signed, tmp_path, "--min-sdk-version", "28")
    assert "CN=k1" in _verified(
        signed, tmp_path, "--min-sdk-version", "24", "--max-sdk-version", "27"
    )
    tool("apksigner", "lineage", "--in", tmp_path / "game.apk", "--print-certs")


def test_a_rotation_from_android_13_on(rotated: Path, tmp_path: Path) -> None:
    """Older systems find the first key; the newest's part is good where it is called v3.

    This apksigner is older than v3.1, so what is for Android 13 is shown to it under the name that
    it knows.
    """
    (rotated / "rotation-min-sdk").unlink(missing_ok=True)
    apk = unsigned_apk()
    signed = sealed(apk, block_of(_key(rotated), apk, tmp_path))
    before = ("--min-sdk-version", "28", "--max-sdk-version", "32")
    assert "CN=k1" in _verified(signed, tmp_path, *before)
    _, schemes = _schemes(signed)
    assert list(schemes) == [V2, V3_1, V3]
    renamed = sealed(apk, _block({V2: schemes[V2], V3: schemes[V3_1]}))
    assert "CN=k3" in _verified(renamed, tmp_path, "--min-sdk-version", "33")
    said = tool("apksigner", "lineage", "--in", tmp_path / "game.apk", "--print-certs")
    assert [line for line in said.splitlines() if "DN" in line] == [
        f"Signer #{number} in lineage certificate DN: CN=k{number}" for number in (1, 2, 3)
    ]
    assert struct.pack("<III", 8, 0x559F8B02, 33) in schemes[V3]  # or v3.1 could be cut out


def test_what_is_known_of_a_key(rotated: Path, tmp_path: Path) -> None:
    """The newest certificate first; whatever shapes a signature gives another identity."""
    (rotated / "rotation-min-sdk").unlink(missing_ok=True)
    known = _key(rotated).signed_by
    assert len(known.certificates) == 2
    assert (known.digests, known.is_debug, known.warnings) == (("sha256",), False, ())
    (rotated / "rotation-min-sdk").write_text("34")
    assert _key(rotated).signed_by.identity not in ("", known.identity)
    (rotated / "rotation-min-sdk").unlink()
    alone = _key(android_key(tmp_path / "alone", keystore("k3:RSA:2048"))).signed_by
    assert alone.certificates == known.certificates[:1]
    assert alone.identity != known.identity
    bundle = for_android(_key(rotated), request("android", format="aab")).signed_by
    assert bundle.certificates == known.certificates[:1]
    strong = _key(android_key(tmp_path / "strong", keystore("k:RSA:4096"))).signed_by
    assert strong.digests == ("sha512",)


def test_certificates_that_end_too_soon(tmp_path: Path) -> None:
    """Play refuses them, and users' systems do not: it is a warning."""
    soon = _key(android_key(tmp_path / "soon", keystore("k:RSA:2048:100"))).signed_by
    (warning,) = soon.warnings
    assert "Google Play takes none that ends before 22 October 2033" in warning


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda folder: (folder / "lineage").unlink(), "older/ and no lineage"),
        (
            lambda folder: (folder / "older/older/keystore.p12").unlink(),
            "'studio/older/older' has neither",
        ),
        (
            lambda folder: (folder / "older/older").rename(folder / "away"),
            "first key .* is missing",
        ),
        (lambda folder: (folder / "lineage").write_bytes(b"x" * 40), "no lineage as `apksigner"),
        (
            lambda folder: (folder / "keystore.p12").write_bytes(keystore("other:RSA:2048")),
            "does not end with the certificate of its key",
        ),
        (
            lambda folder: (folder / "older/keystore.p12").write_bytes(keystore("other:RSA:2048")),
            "a key in older/ does not stand in the lineage",
        ),
        (lambda folder: (folder / "rotation-min-sdk").write_text("13"), "'13' is neither 28 nor"),
        (lambda folder: (folder / "rotation-min-sdk").write_text("30"), "an API level from 33 on"),
        (lambda folder: (folder / "rotation-min-sdk").write_text("²"), "is neither 28 nor"),
    ],
)
def test_keys_that_do_not_belong_together(
    rotated: Path, tmp_path: Path, change: object, why: str
) -> None:
    """What is missing, or is another's, is named before anything is built."""
    (rotated / "rotation-min-sdk").unlink(missing_ok=True)
    folder = tmp_path / "copy"
    tool("cp", "-r", rotated, folder)
    change(folder)  # type: ignore[operator]
    with pytest.raises(KeyBrokenError, match=why):
        _key(folder)


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_a_damaged_lineage_proves_nothing(rotated: Path, tmp_path: Path) -> None:
    """Any byte of it, cut off anywhere, longer than it says."""
    (rotated / "rotation-min-sdk").unlink(missing_ok=True)
    folder = tmp_path / "copy"
    tool("cp", "-r", rotated, folder)
    whole = (rotated / "lineage").read_bytes()
    unread = _unread_bytes(whole)
    damaged = [whole[:size] for size in range(len(whole))] + [whole + b"\0"]
    damaged += [
        whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
        for at in range(len(whole))
        if at not in unread
    ]
    known = read_lineage(whole).certificates
    assert all(_certificates(data) != known for data in damaged)
    for data in damaged[:: len(damaged) // 9]:
        (folder / "lineage").write_bytes(data)
        with pytest.raises(KeyBrokenError, match="lineage"):
            _key(folder)


def _certificates(lineage: bytes) -> tuple[bytes, ...]:
    """Those that it proves; none where it is refused."""
    try:
        return read_lineage(lineage).certificates
    except UnusableKeyError:
        return ()


def _unread_bytes(lineage: bytes) -> set[int]:
    """Where a node says what its key may do, which no signature covers, and the last one's next.

    And where the first one says by what the one before has signed it: there is none.
    """
    at = 16
    (first_signed,) = struct.unpack_from("<I", lineage, at + 4)
    unread = {*range(at + 4 + first_signed, at + 8 + first_signed)}
    while at < len(lineage):
        (size,) = struct.unpack_from("<I", lineage, at)
        (signed,) = struct.unpack_from("<I", lineage, at + 4)
        flags = at + 8 + signed
        unread |= {*range(flags, flags + 4)}
        if at + 4 + size == len(lineage):
            unread |= {*range(flags + 4, flags + 8)}
        at += 4 + size
    return unread


def test_a_build_gets_one_block_of_one_digest(tmp_path: Path) -> None:
    """Whatever else it asks for ends it: a second one, another file, other digests, a bundle's."""
    key = opened_debug_key(new_debug_key("p1"))
    digests = digests_of(unsigned_apk(), ("sha256", "sha512"))
    good = ApkDigest(digests={"sha256": digests["sha256"].hex()})
    signer = ApkSigner(key, bench(tmp_path), is_bundle=False)
    assert answered(signer, DIGEST, good).endswith(b"APK Sig Block 42")
    with pytest.raises(ValueError, match="not twice"):
        answered(signer, DIGEST, good)
    refused: list[tuple[str, ApkDigest | bytes, bool]] = [
        ("classes.dex", b"dex", False),
        (BLOCK, b"block", False),
        (DIGEST, ApkDigest(digests={"sha512": digests["sha512"].hex()}), False),
        (DIGEST, ApkDigest(digests={"sha256": digests["sha512"].hex()}), False),
        (DIGEST, ApkDigest(digests={}), False),
        (DIGEST, b'{"digests": {"sha256": "00"}}', False),
        (DIGEST, b"{" * 5_000, False),
        (DIGEST, b"", False),
        (SIGNATURE_FILE, b"Signature-Version: 1.0\r\n\r\n", False),
        (DIGEST, good, True),
    ]
    for path, asked, is_bundle in refused:
        with pytest.raises(ValueError):  # noqa: PT011 - whatever it is, the build is over
            answered(ApkSigner(key, bench(tmp_path), is_bundle=is_bundle), path, asked)


def test_a_debug_key_is_each_projects_own(tmp_path: Path) -> None:
    """Kept, it gives the same signature; made anew, another, with the same names and dates."""
    kept = new_debug_key("p1")
    apk = unsigned_apk()
    first, again = (block_of(opened_debug_key(kept), apk, tmp_path) for _ in range(2))
    assert first == again
    other = new_debug_key("p1")
    assert block_of(opened_debug_key(other), apk, tmp_path) != first
    assert len(kept.certificate) - len(other.certificate) in range(-4, 5)
    assert opened_debug_key(kept).signed_by.is_debug


def test_files_of_one_member_alone(tmp_path: Path) -> None:
    """Two at a time are not what was agreed."""
    signer = ApkSigner(opened_debug_key(new_debug_key("p1")), bench(tmp_path), is_bundle=False)
    with pytest.raises(ValueError, match="too many values"):
        signer.sign([Member.of_bytes(DIGEST, b"{}")] * 2, title="Game")
