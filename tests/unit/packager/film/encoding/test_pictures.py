"""Animations, stills and sheets hold every frame, and are read by others."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageSequence

from services.packager.film.encoding import webp
from services.packager.film.encoding.errors import FilmTooLargeError
from services.packager.film.encoding.finish import finish
from services.packager.film.encoding.slice_encoder import SliceEncoder
from tests.films import film_spec, filmed, handed_over, number_of, rgba
from tests.second_reader import probed, shown_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from shared.domain.video.film_spec import FilmSpec

FRAME_BYTES = 192 * 108 * 4
PLAIN: dict[str, Any] = {"encoder_options": {}, "frames": 23}
MOVING: dict[str, dict[str, Any]] = {
    "gif": {"codec": "gif", "container": "gif", "pixel_format": "pal8"},
    "webp": {"codec": "webp", "container": "webp", "pixel_format": "rgb24"},
    "webp-alpha": {
        "codec": "webp",
        "container": "webp",
        "pixel_format": "rgba",
        "transparent": True,
    },
}
STILLS: dict[str, dict[str, Any]] = {
    "png": {"codec": "png", "pixel_format": "rgb24"},
    "png-alpha": {"codec": "png", "pixel_format": "rgba", "transparent": True},
    "jpeg": {"codec": "jpeg", "pixel_format": "rgb24"},
    "webp": {"codec": "webp", "pixel_format": "rgb24"},
    "webp-alpha": {"codec": "webp", "pixel_format": "rgba", "transparent": True},
}


def spec_of(kind: str, shape: dict[str, Any], **changes: Any) -> FilmSpec:
    """A film of pictures."""
    return film_spec(**{**PLAIN, "kind": kind, **shape, **changes})


def finished(spec: FilmSpec, folder: Path, counts: Sequence[int]) -> Path:
    """The finished file."""
    output = folder / f"film.{spec.ending}"
    shares: list[float] = []
    made = finish(spec, filmed(spec, folder, counts), None, output, shares.append)
    assert made.size_bytes == output.stat().st_size
    assert shares == sorted(shares)
    assert shares[-1] == 1
    return output


def animation(path: Path) -> list[tuple[int, Image.Image]]:
    """Each frame with its duration in milliseconds, by Pillow."""
    frames = []
    with Image.open(path) as image:
        for frame in ImageSequence.Iterator(image):
            frame.load()
            frames.append((frame.info.get("duration", 0), frame.convert("RGBA")))
    return frames


@pytest.mark.parametrize("cut", [[23], [1, 22], [7, 7, 9]], ids=str)
@pytest.mark.parametrize("shape", MOVING)
def test_animation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shape: str, cut: list[int]
) -> None:
    """Every frame once and in order, however it was cut; 23 frames last as long as they should."""
    monkeypatch.setattr(webp, "PIECE_BYTES", 10 * FRAME_BYTES)
    spec = spec_of("animation", MOVING[shape])
    frames = animation(finished(spec, tmp_path, cut))

    assert [number_of(np.array(frame)) for _, frame in frames] == list(range(23))
    unit = 10 if shape == "gif" else 1
    begins = np.cumsum([0, *(duration for duration, _ in frames)])
    ideal = [number * 1_001 / 30 for number in range(24)]
    assert np.abs(begins - ideal).max() <= unit / 2
    for number, (_, frame) in enumerate(frames):
        expected = rgba(spec, number).astype(int)
        assert np.abs(np.array(frame).astype(int) - expected).mean() < 6


@pytest.mark.parametrize("shape", ["gif", "webp"])
def test_animation_by_ffmpeg(tmp_path: Path, shape: str) -> None:
    """A second reader, where it can: Debian's ffmpeg reads no moving WebP."""
    spec = spec_of("animation", MOVING[shape], frames=5 if shape == "gif" else 1)
    output = finished(spec, tmp_path, [spec.frames])
    if shape == "gif":
        assert shown_numbers(output, (spec.width, spec.height)) == list(range(5))
        assert probed(output)["video"]["codec_name"] == "gif"
    else:
        assert animation(output)[0][1].size == (spec.width, spec.height)


@given(
    shape=st.sampled_from(["gif", "webp", "webp-alpha"]),
    count=st.integers(1, 12),
    rate=st.sampled_from([(24, 1), (25, 1), (30, 1), (30_000, 1_001), (50, 1), (15, 1)]),
    piece=st.integers(1, 5),
)
@settings(max_examples=25, deadline=None)
def test_any_animation(
    tmp_path_factory: pytest.TempPathFactory,
    shape: str,
    count: int,
    rate: tuple[int, int],
    piece: int,
) -> None:
    """Of any count, rate and distance of whole pictures."""
    shape_of = MOVING[shape] | {"fps_num": rate[0], "fps_den": rate[1]}
    spec = spec_of("animation", shape_of, frames=count)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(webp, "PIECE_BYTES", piece * FRAME_BYTES)
        frames = animation(finished(spec, tmp_path_factory.mktemp("film"), [count]))

    assert [number_of(np.array(frame)) for _, frame in frames] == list(range(count))
    # A GIF has hundredths, and its last frame stays as long as the one before it.
    off = 15 if shape == "gif" else 1
    assert sum(d for d, _ in frames) == pytest.approx(count / spec.fps * 1_000, abs=off)


@pytest.mark.parametrize("shape", MOVING)
def test_frames_that_are_the_same(tmp_path: Path, shape: str) -> None:
    """Where nothing moves, the picture stands as long as its frames."""
    spec = spec_of("animation", MOVING[shape], frames=12, fps_num=25, fps_den=1)
    encoder = SliceEncoder(spec, tmp_path / "slice.mkv")
    for number in (0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 2):
        encoder.write(handed_over(spec, rgba(spec, number)))
    encoder.close()
    output = tmp_path / "film"
    finish(spec, [tmp_path / "slice.mkv"], None, output, lambda _: None)

    lasting = dict.fromkeys(range(3), 0)
    for duration, frame in animation(output):
        lasting[number_of(np.array(frame))] += duration
    assert lasting == {0: 160, 1: 280, 2: 40}


def test_nothing_shines_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was drawn before a transparent frame is gone in it, in each piece and between them."""
    monkeypatch.setattr(webp, "PIECE_BYTES", 4 * FRAME_BYTES)
    spec = spec_of("animation", MOVING["webp-alpha"], frames=12, quality=100)
    pictures = []
    random = np.random.default_rng(5)
    encoder = SliceEncoder(spec, tmp_path / "slice.mkv")
    for _ in range(12):
        picture = np.zeros((spec.height, spec.width, 4), np.uint8)
        left, top = random.integers(0, 150), random.integers(0, 80)
        picture[top : top + 25, left : left + 40] = (200, random.integers(256), 30, 255)
        picture[top : top + 9, left : left + 9, 3] = 90
        encoder.write(picture.tobytes())
        pictures.append(picture)
    encoder.close()
    finish(spec, [tmp_path / "slice.mkv"], None, tmp_path / "film", lambda _: None)

    frames = animation(tmp_path / "film")
    assert len(frames) == 12
    for picture, (_, frame) in zip(pictures, frames, strict=True):
        seen = np.array(frame)
        assert np.array_equal(seen[..., 3], picture[..., 3])
        assert np.abs(seen.astype(int) - picture)[picture[..., 3] > 0].max() <= 2


@pytest.mark.parametrize("shape", STILLS)
def test_stills(tmp_path: Path, shape: str) -> None:
    """Numbered pictures in a ZIP that others open; PNG is the very frame."""
    spec = spec_of("stills", STILLS[shape], container="zip", frames=11)
    with zipfile.ZipFile(finished(spec, tmp_path, [4, 7])) as archive:
        assert archive.testzip() is None
        ending = {"jpeg": "jpg"}.get(spec.codec, spec.codec)
        assert archive.namelist() == [f"{number:06}.{ending}" for number in range(11)]
        for number, name in enumerate(archive.namelist()):
            seen = np.array(Image.open(io.BytesIO(archive.read(name))))
            expected = rgba(spec, number)[..., : 4 if spec.transparent else 3]
            assert seen.shape == expected.shape
            if spec.codec == "png":
                assert np.array_equal(seen, expected)
            assert number_of(seen) == number
            assert np.abs(seen.astype(int) - expected).mean() < 6


@pytest.mark.parametrize("shape", STILLS)
def test_single_picture(tmp_path: Path, shape: str) -> None:
    """One frame is one picture, in no ZIP."""
    spec = spec_of("stills", STILLS[shape], container=STILLS[shape]["codec"], frames=1)
    image = Image.open(finished(spec, tmp_path, [1]))
    assert str(image.format).lower() == spec.codec
    assert number_of(np.array(image)) == 0


@pytest.mark.parametrize("shape", STILLS)
def test_sheet(tmp_path: Path, shape: str) -> None:
    """All frames on one picture, each where the list says."""
    spec = spec_of("sheet", STILLS[shape], container="zip", columns=5)
    with zipfile.ZipFile(finished(spec, tmp_path, [23])) as archive:
        listed = json.loads(archive.read("sheet.json"))
        sheet = Image.open(io.BytesIO(archive.read(listed["meta"]["image"])))
    assert sheet.size == (5 * 192, 5 * 108) == tuple(listed["meta"]["size"].values())
    assert [entry["filename"] for entry in listed["frames"]] == [f"{n:06}" for n in range(23)]
    for number, entry in enumerate(listed["frames"]):
        x, y, width, height = entry["frame"].values()
        cut_out = np.array(sheet.crop((x, y, x + width, y + height)))
        assert number_of(cut_out) == number
    assert sum(entry["duration"] for entry in listed["frames"]) == round(23 * 1_001 / 30)


@pytest.mark.parametrize(
    ("kind", "shape"),
    [
        ("animation", MOVING["gif"]),
        ("animation", MOVING["webp"]),
        ("stills", STILLS["jpeg"] | {"container": "zip"}),
        ("sheet", STILLS["webp"] | {"container": "zip"}),
    ],
)
def test_size_is_met(tmp_path: Path, kind: str, shape: dict[str, Any]) -> None:
    """A lower quality meets a size, and is told; what is still too large is refused."""
    spec = spec_of(kind, shape)
    slices = filmed(spec, tmp_path, [23])
    whole = finish(spec, slices, None, tmp_path / "film", lambda _: None)
    assert not whole.notes
    max_bytes = whole.size_bytes * 9 // 10
    spec = spec_of(kind, shape, max_bytes=max_bytes)
    made = finish(spec, slices, None, tmp_path / "film", lambda _: None)
    assert made.size_bytes <= max_bytes
    assert [note.code for note in made.notes] == ["film-quality-lowered"]

    spec = spec_of(kind, shape, max_bytes=1_500)
    with pytest.raises(FilmTooLargeError, match="do not fit into 1,500 bytes"):
        finish(spec, slices, None, tmp_path / "none", lambda _: None)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("shape", [*MOVING.values(), STILLS["png"] | {"container": "zip"}])
def test_same_bytes(tmp_path: Path, shape: dict[str, Any]) -> None:
    """The same slices give the same file."""
    spec = spec_of("stills" if "zip" in shape.values() else "animation", shape)
    slices = filmed(spec, tmp_path, [23])
    for number in range(2):
        finish(spec, slices, None, tmp_path / str(number), lambda _: None)
    assert (tmp_path / "0").read_bytes() == (tmp_path / "1").read_bytes()
