"""A slice comes from another machine: whatever is wrong with it is said, and nothing crashes."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.packager.film.encoding.errors import SliceDamagedError
from services.packager.film.encoding.finish import finish
from tests.films import film_spec, filmed

if TYPE_CHECKING:
    from pathlib import Path

LOSSLESS: dict[str, Any] = {"max_bytes": 1_000_000, "encoder_options": {}}


def refused(path: Path, reason: str, *, changes: dict[str, Any] | None = None) -> None:
    """Slice 1 of two is the file, and the film is refused."""
    spec = film_spec(frames=12, **(changes or {}))
    good = filmed(spec, path.parent, [6])
    with pytest.raises(SliceDamagedError, match=reason) as caught:
        finish(spec, [*good, path], None, path.parent / "film.mp4", lambda _: None)
    assert caught.value.number == 1


def bad(folder: Path, frames: int = 6, like: str = "h264", **changes: Any) -> Path:
    """A slice of another film."""
    (folder / "bad").mkdir()
    [path] = filmed(film_spec(like, **changes), folder / "bad", [frames])
    return path.rename(folder / "bad.mkv")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"frames": 5}, "there are 11 frames of all, and not 12"),
        ({"frames": 7}, "there are 13 frames of all, and not 12"),
        ({"width": 194}, "it is 194 × 108 px, not 192 × 108"),
        ({"like": "hevc"}, "its codec is hevc, not h264"),
        ({"max_bytes": 9_999_999}, "its codec is ffv1, not h264"),
        ({"pixel_format": "yuv444p"}, "encoded in another way"),
        ({"encoder_options": {"preset": "ultrafast", "crf": "18"}}, "encoded in another way"),
    ],
)
def test_other_film(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    """A slice of another film, of another size, of other frames."""
    refused(bad(tmp_path, **changes), reason)


@pytest.mark.parametrize("content", [b"", b"\0" * 10_000, random.Random(1).randbytes(100_000)])
def test_no_film(tmp_path: Path, content: bytes) -> None:
    """A file that is no Matroska at all."""
    path = tmp_path / "bad.mkv"
    path.write_bytes(content)
    refused(path, "slice 1 of the film is damaged")


def test_playlist(tmp_path: Path) -> None:
    """A file that leads elsewhere is not followed."""
    path = tmp_path / "bad.mkv"
    path.write_text("#EXTM3U\n#EXTINF:1,\n/etc/passwd\n")
    refused(path, "slice 1 of the film is damaged")


@pytest.mark.parametrize("lossless", [False, True])
def test_cut_off(tmp_path: Path, lossless: bool) -> None:
    """The end of a slice is missing."""
    changes = LOSSLESS if lossless else {}
    path = bad(tmp_path, **changes)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    refused(path, "slice 1 of the film is damaged", changes=changes)


@given(seed=st.integers(0, 1 << 32), lossless=st.booleans(), flips=st.integers(1, 40))
@settings(max_examples=60, deadline=None)
def test_anything_flipped(
    tmp_path_factory: pytest.TempPathFactory, seed: int, lossless: bool, flips: int
) -> None:
    """Damage anywhere ends in an error that says so, or is not seen; never in a crash."""
    folder = tmp_path_factory.mktemp("flipped")
    spec = film_spec(frames=8, **(LOSSLESS if lossless else {}))
    slices = filmed(spec, folder, [4, 4])
    data = bytearray(slices[1].read_bytes())
    picked = random.Random(seed)
    for _ in range(flips):
        data[picked.randrange(len(data))] ^= 1 << picked.randrange(8)
    slices[1].write_bytes(data)
    output = folder / "film.mp4"
    try:
        finished = finish(spec, slices, None, output, lambda _: None)
        assert finished.size_bytes == output.stat().st_size
    except SliceDamagedError as error:
        assert error.number == 1  # noqa: PT017 - either of two ends is right
    shutil.rmtree(folder)


def test_missing_file(tmp_path: Path) -> None:
    """A slice that is not there is no damage but a mistake of ours."""
    with pytest.raises(FileNotFoundError):
        finish(film_spec(), [tmp_path / "no.mkv"], None, tmp_path / "film.mp4", lambda _: None)
