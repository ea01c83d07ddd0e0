"""APKs: aligned, sealed between contents and directory, and covered by one digest."""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
from random import Random
from typing import TYPE_CHECKING

import pytest

from services.packager.archive import apk
from services.packager.archive.apk import Apk, ApkStream, ApkTooLargeError
from services.packager.archive.chunk_digest import CHUNK_BYTES
from services.packager.archive.compression import CompressionLevel
from services.packager.archive.member import ArchiveError, Member

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.packager.archive.unread import Buffer

HASHES = ("sha256", "sha512")
DIGEST_BYTES = 32 + 64
BLOCK_HEAD = struct.Struct("<Q")


def _block(digests: Mapping[str, bytes]) -> bytes:
    """A signing block that holds nothing but the digests."""
    digest = b"".join(digests.values())
    size = BLOCK_HEAD.pack(BLOCK_HEAD.size + len(digest) + 16)
    return size + digest + size + b"APK Sig Block 42"


def _members() -> list[Member]:
    noise = Random(5)
    return [
        Member.of_bytes("a.xml", b"<a/>" * 99),
        Member.of_bytes("assets/é.ogg", noise.randbytes(777), compress=False),
        Member.of_bytes("assets/film.mp4", noise.randbytes(9 << 20), compress=False),
        Member.of_bytes("assets/levels.json", b'{"level": 1}' * 900_000),
        Member.of_bytes("resources.arsc", b"table" * 33, compress=False),
    ]


def _packed(members: list[Member], *, threads: int = 2) -> bytes:
    stream = ApkStream(
        members, Apk(hashes=HASHES, seal=_block), threads=threads, level=CompressionLevel.BALANCED
    )
    data = b"".join(map(bytes, stream))
    named = [(member.path, member.size_bytes) for member in members]
    assert stream.read_back(data[-4_096:], len(data)) == named
    return data


def _digest_by_the_book(data: bytes, block: bytes, name: str) -> bytes:
    """Of the whole package, in memory, as the specification has it."""
    at = data.index(block)
    directory = data[at + len(block) : -22]
    end = data[-22:-6] + struct.pack("<I", at) + data[-2:]
    chunks = [
        section[start : start + CHUNK_BYTES]
        for section in (data[:at], directory, end)
        for start in range(0, len(section), CHUNK_BYTES)
    ]
    digests = [
        hashlib.new(name, b"\xa5" + struct.pack("<I", len(chunk)) + chunk).digest()
        for chunk in chunks
    ]
    return hashlib.new(name, b"\x5a" + struct.pack("<I", len(chunks)) + b"".join(digests)).digest()


def test_what_is_stored_is_aligned_and_another_reader_finds_it() -> None:
    """Small and large members alike; what is compressed is where it falls."""
    data = _packed(_members())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        stored = [one for one in archive.infolist() if one.compress_type == zipfile.ZIP_STORED]
        assert [one.filename for one in stored] == [
            "assets/é.ogg",
            "assets/film.mp4",
            "resources.arsc",
        ]
        for one in stored:
            name, extra = struct.unpack_from("<HH", data, one.header_offset + 26)
            assert (one.header_offset + 30 + name + extra) % 4 == 0


def test_the_seal_covers_all_that_is_around_it() -> None:
    """The digests that are sealed are those of the finished package, for each hash."""
    data = _packed(_members())
    size = BLOCK_HEAD.size * 2 + DIGEST_BYTES + 16
    (directory_at,) = struct.unpack_from("<I", data, len(data) - 6)
    block = data[directory_at - size : directory_at]
    sealed = block[8 : 8 + DIGEST_BYTES]
    assert sealed == b"".join(_digest_by_the_book(data, block, name) for name in HASHES)


def test_threads_shape_nothing() -> None:
    """The same members give the same package."""
    assert _packed(_members(), threads=1) == _packed(_members(), threads=4)


def test_a_seal_that_no_reader_finds_is_refused() -> None:
    """A package with something else in its place would install nowhere."""
    stream = ApkStream(
        _members()[:1],
        Apk(hashes=HASHES, seal=lambda _: b"sealed"),
        threads=1,
        level=CompressionLevel.FAST,
    )
    with pytest.raises(ArchiveError, match="APK Signing Block"):
        list(stream)


def test_what_grows_beyond_a_phone_s_reach_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where that shows only while packing, it is said just as clearly."""
    monkeypatch.setattr(apk, "MAX_BYTES", 4 << 20)
    stream = ApkStream(
        _members(), Apk(hashes=HASHES, seal=_block), threads=1, level=CompressionLevel.FAST
    )
    sent: list[Buffer] = []
    with pytest.raises(ApkTooLargeError, match="excludePatterns"):
        sent.extend(stream)
    assert sum(map(len, sent)) <= 4 << 20  # it ends within the film that is too much, not behind it


def test_a_directory_counts_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many names may take what the files have left."""
    monkeypatch.setattr(apk, "MAX_BYTES", 1_000)
    members = [Member.of_bytes(f"{number}.txt", b"") for number in range(20)]  # 700 bytes
    stream = ApkStream(
        members, Apk(hashes=HASHES, seal=_block), threads=1, level=CompressionLevel.FAST
    )
    with pytest.raises(ApkTooLargeError, match="excludePatterns"):
        list(stream)
