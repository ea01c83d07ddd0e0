"""Archives of many kinds, packed by the standard library, with what their files hold."""

from __future__ import annotations

import io
import random
import zipfile
from typing import Final

import pytest

PAGE: Final = b"<!doctype html><title>Game</title>" + b"<p>again and again</p>" * 200


def zipped(files: dict[str, bytes], *, stored: bool = False, wide: bool = False) -> bytes:
    """A ZIP of these files; a wide one has ZIP64 records everywhere, as if all were huge."""
    method = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    buffer = io.BytesIO()
    with pytest.MonkeyPatch.context() as patched:
        if wide:
            patched.setattr(zipfile, "ZIP64_LIMIT", 0)
            patched.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 0)
        with zipfile.ZipFile(buffer, "w", method) as archive:
            for path, data in files.items():
                with archive.open(path, "w", force_zip64=wide) as member:
                    member.write(data)
    return buffer.getvalue()


def noise(size: int, *, seed: int = 1) -> bytes:
    """What cannot be compressed."""
    return random.Random(seed).randbytes(size)


def text(size: int, *, seed: int = 1) -> bytes:
    """What can."""
    words = [f"word{number}" for number in range(500)]
    chosen = random.Random(seed).choices(words, k=size // 5)
    return " ".join(chosen).encode()[:size]


def damaged(archive: bytes, what: str) -> bytes:
    """An archive that is not what it says."""
    end = archive.rfind(b"PK\x05\x06")
    directory = archive.find(b"PK\x01\x02")
    match what:
        case "cut":
            return archive[: len(archive) // 2]
        case "no archive":
            return b"this is no archive" * 100
        case "directory elsewhere":
            return archive[: end + 16] + b"\xff\xff\xff\x7f" + archive[end + 20 :]
        case "more entries than it has":
            return archive[: end + 8] + b"\xff\xff\xff\xff" + archive[end + 12 :]
        case "member beyond the end":
            return archive[: directory + 42] + b"\xff\xff\xff\x7f" + archive[directory + 46 :]
        case "encrypted":
            return archive[: directory + 8] + b"\x01\x08" + archive[directory + 10 :]
        case "another method":
            return archive[: directory + 10] + b"\x63\0" + archive[directory + 12 :]
        case "no local header":
            return b"XX" + archive[2:]
    raise AssertionError(what)
