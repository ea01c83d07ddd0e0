"""Broken files: what is missing of them is seen, and what browsers show is left alone."""

from __future__ import annotations

import io
import random

import pytest
from PIL import Image

from services.packager.web.file_faults import MEDIA, fault_of
from services.packager.web.file_faults.fault import EMPTY, POINTER, Fault
from tests.media import OTHERS, PICTURES, SOUNDS, of_suffix
from tests.projects import in_memory

LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a21\nsize 12345\n"
ALL = (*PICTURES, *SOUNDS, *OTHERS)
HEARD_AS_FAR_AS_IT_GOES = (".wav", ".ogg", ".opus")
TELLS_NO_LENGTH = (".mp3", ".aac", ".flac", ".webm", ".bmp", ".hdr")
ENDS_EARLY = tuple({*ALL} - {*HEARD_AS_FAR_AS_IT_GOES, *TELLS_NO_LENGTH})


def fault(suffix: str, data: bytes) -> Fault | None:
    """Of a file of that type."""
    return fault_of(in_memory({f"assets/a{suffix}": data}), f"assets/a{suffix}")


@pytest.mark.parametrize("suffix", sorted(ALL))
def test_a_whole_file_has_none_and_another_in_its_place_is_told(suffix: str) -> None:
    """Nothing, a pointer of Git LFS, the page of a host that did not find it."""
    assert fault(suffix, of_suffix(suffix)) is None
    assert fault(suffix, b"") == EMPTY
    assert fault(suffix, LFS) == POINTER
    page = fault(suffix, b"<!doctype html><title>404</title>" + b" " * 600)
    assert page is not None
    assert page.certain


@pytest.mark.parametrize("suffix", sorted(ENDS_EARLY))
def test_a_file_that_ends_early_is_broken(suffix: str) -> None:
    """Wherever it was cut."""
    data = of_suffix(suffix)
    draw = random.Random(suffix)
    for _ in range(40):
        found = fault(suffix, data[: draw.randrange(1, len(data) * 9 // 10)])
        assert found is not None
        assert found.certain


@pytest.mark.parametrize("suffix", HEARD_AS_FAR_AS_IT_GOES)
def test_a_sound_that_ends_early_is_told_and_heard(suffix: str) -> None:
    """Its beginning is whole."""
    data = of_suffix(suffix)
    found = fault(suffix, data[: len(data) * 2 // 3])
    assert found is not None
    assert "cut short" in found.message
    assert not found.certain


@pytest.mark.parametrize("suffix", sorted(ALL))
def test_odd_bytes_never_end_the_export(suffix: str) -> None:
    """Any bytes give an answer."""
    data = bytearray(of_suffix(suffix))
    draw = random.Random(suffix)
    for _ in range(60):
        odd = bytearray(data)
        for _ in range(draw.randrange(1, 9)):
            odd[draw.randrange(len(odd))] = draw.randrange(256)
        fault(suffix, bytes(odd[: draw.randrange(len(odd) + 1)]))


def test_what_browsers_show_is_no_fault() -> None:
    """Other types behind a name, no end of the image behind all of its lines, bytes behind it."""
    assert fault(".png", of_suffix(".jpg")) is None
    assert fault(".jpg", of_suffix(".webp")) is None
    assert fault(".mp3", of_suffix(".wav")) is None
    assert fault(".jpg", of_suffix(".jpg") + b"\0" * 90) is None
    assert fault(".png", of_suffix(".png") + b"more") is None
    assert fault(".png", of_suffix(".png")[:-6]) is None  # the checksum of an empty chunk
    assert fault(".gif", of_suffix(".gif") + b"\0\0") is None
    wav = bytearray(of_suffix(".wav"))
    at = wav.index(b"data") + 4
    wav[at : at + 4] = b"\xff\xff\xff\xff"  # written as a stream
    assert fault(".wav", bytes(wav)) is None


def test_a_thumbnail_is_not_taken_for_the_end_of_a_photograph() -> None:
    """A JPEG may hold another one in front of itself."""
    out = io.BytesIO()
    inner = of_suffix(".jpg")
    exif = Image.Exif()
    exif[0x010E] = "x" + inner.hex()
    Image.open(io.BytesIO(inner)).save(out, "JPEG", exif=exif, comment=inner)
    data = out.getvalue()
    assert fault(".jpg", data) is None
    assert fault(".jpg", data[:-900]) is not None


def test_every_type_is_known() -> None:
    """The tests here miss none of those that are looked at."""
    assert {*MEDIA} - {".glb", ".gltf", ".oga"} == {*ALL}
