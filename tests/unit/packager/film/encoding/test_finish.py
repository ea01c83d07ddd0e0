"""However a film was cut into slices, every frame is in the finished file once, at its time."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.packager.film.encoding.errors import FilmTooLargeError
from services.packager.film.encoding.finish import finish
from services.packager.film.encoding.slice_encoder import SliceEncoder
from shared.domain.video.film_spec import Sound
from tests.films import (
    CODECS,
    decoded,
    film_spec,
    filmed,
    handed_over,
    number_of,
    numbers,
    rgba,
)
from tests.second_reader import probed, shown, shown_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from services.packager.film.encoding.finished import Finished
    from shared.domain.video.film_spec import FilmSpec

CUTS = [[40], [20, 20], [1, 38, 1], [13, 7, 1, 19], [2, 3, 5, 7, 23]]
FFMPEG_TAGS = {"hevc": "hvc1", "h264": "avc1", "prores": "apch", "prores-4444": "ap4h"}
ALPHA: dict[str, Any] = {
    "transparent": True,
    "pixel_format": "yuva420p",
    "encoder_options": {"deadline": "good", "cpu-used": "5", "crf": "10"},
}


def made(
    spec: FilmSpec, folder: Path, counts: Sequence[int], sound: Path | None = None
) -> tuple[Path, Finished]:
    """A finished film; what is told of it on the way is checked."""
    shares: list[float] = []
    output = folder / f"film.{spec.ending}"
    slices = filmed(spec, folder, counts)
    finished = finish(spec, slices, sound, output, shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert finished.frames == spec.frames
    assert finished.size_bytes == output.stat().st_size
    assert sorted(folder.iterdir()) == sorted([*slices, output])
    return output, finished


@pytest.mark.parametrize("cut", CUTS, ids=str)
@pytest.mark.parametrize("codec", CODECS)
def test_joined(tmp_path: Path, codec: str, cut: list[int]) -> None:
    """Both readers see every frame once, in order, at its very time."""
    spec = film_spec(codec, frames=40, keyframe_s=0.5)
    output, _ = made(spec, tmp_path, cut)

    assert shown_numbers(output, (spec.width, spec.height)) == list(range(40))
    frames = list(decoded(output))
    assert [number_of(f.to_ndarray(format="rgb24").astype(np.uint8)) for f in frames] == list(
        range(40)
    )
    off = 0 if spec.container != "webm" else Fraction(1, 2_000)  # whose times are milliseconds
    for place, frame in enumerate(frames):
        assert frame.pts is not None
        assert frame.time_base is not None
        assert abs(frame.pts * frame.time_base - place / spec.fps) <= off


@pytest.mark.parametrize("codec", CODECS)
def test_what_readers_see(tmp_path: Path, codec: str) -> None:
    """Rate, length, colours and tags are said, and the index comes first."""
    spec = film_spec(codec, frames=40, metadata={"title": "Äthel"})
    output, _ = made(spec, tmp_path, [20, 20])

    said = probed(output)
    video = said["video"]
    assert video["nb_read_frames"] == "40"
    assert video["r_frame_rate"] == video["avg_frame_rate"] == "30000/1001"
    assert float(video["start_time"]) == 0
    assert float(said["format"]["duration"]) == pytest.approx(40 * 1001 / 30_000, abs=0.001)
    colours = ("color_space", "color_transfer", "color_primaries")
    assert [video[colour] for colour in colours] == ["bt709"] * 3
    assert video["color_range"] == "tv"
    assert said["format"]["tags"]["title"] == "Äthel"
    assert "creation_time" not in said["format"]["tags"]
    assert video["codec_tag_string"] == FFMPEG_TAGS.get(codec, video["codec_tag_string"])
    data = output.read_bytes()
    if spec.container == "webm":
        assert data.index(b"\x1c\x53\xbb\x6b") < data.index(b"\x1f\x43\xb6\x75")  # cues; a cluster
    else:
        assert data.index(b"moov") < data.index(b"mdat")


def test_index_at_the_end(tmp_path: Path) -> None:
    """Who does not want the index first, has it last."""
    output, _ = made(film_spec(frames=3, fast_start=False), tmp_path, [3])
    data = output.read_bytes()
    assert data.index(b"moov") > data.index(b"mdat")


@given(
    rate=st.sampled_from(
        [(24, 1), (25, 1), (30_000, 1_001), (30, 1), (60_000, 1_001), (60, 1), (120, 1)]
    ),
    counts=st.lists(st.integers(1, 9), min_size=1, max_size=5),
    codec=st.sampled_from(["h264", "hevc", "vp9"]),
)
@settings(max_examples=25, deadline=None)
def test_any_rate_and_cut(
    tmp_path_factory: pytest.TempPathFactory,
    rate: tuple[int, int],
    counts: list[int],
    codec: str,
) -> None:
    """One frame is a film; 29.97 and 120 a second are exact."""
    folder = tmp_path_factory.mktemp("film")
    spec = film_spec(codec, frames=sum(counts), fps_num=rate[0], fps_den=rate[1], keyframe_s=0.1)
    output, _ = made(spec, folder, counts)

    assert numbers(output) == list(range(spec.frames))
    if spec.container == "mp4" and spec.frames > 2:  # readers guess WebM's from milliseconds
        assert Fraction(probed(output)["video"]["r_frame_rate"]) == spec.fps


@pytest.mark.parametrize(("codec", "best"), [("h264", 38), ("hevc", 36), ("vp9", 36), ("av1", 34)])
def test_quality(tmp_path: Path, codec: str, best: int) -> None:
    """What is decoded looks like what was filmed; the bounds follow from each codec's CRF."""
    spec = film_spec(codec, frames=12, width=320, height=180)
    output, _ = made(spec, tmp_path, [6, 6])

    for number, picture in enumerate(shown(output, (320, 180))):
        assert psnr(picture[..., :3], rgba(spec, number)[..., :3]) > best


def psnr(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> float:
    """Of 8-bit luma, dB: chroma is halved before any codec sees it."""
    weights = (0.2126, 0.7152, 0.0722)
    error = ((one @ weights - other @ weights) ** 2).mean()
    return float(10 * np.log10(255**2 / max(error, 1e-9)))


@pytest.mark.parametrize("colour", [(255, 0, 0), (0, 255, 0), (0, 0, 255), (200, 100, 50)])
@pytest.mark.parametrize("codec", ["h264", "hevc", "vp9", "av1", "prores", "prores-4444"])
def test_colours(tmp_path: Path, codec: str, colour: tuple[int, int, int]) -> None:
    """Pure colours come back as they were: BT.709 is what is written and what is said."""
    spec = film_spec(codec, frames=1, width=64, height=48)
    picture = np.full((48, 64, 4), 255, np.uint8)
    picture[..., :3] = colour
    encoder = SliceEncoder(spec, tmp_path / "slice.mkv")
    encoder.write(handed_over(spec, picture))
    encoder.close()
    output = tmp_path / f"film.{spec.ending}"
    finish(spec, [tmp_path / "slice.mkv"], None, output, lambda _: None)

    seen = shown(output, (64, 48))[0, 24, 32, :3].astype(int)
    assert np.abs(seen - colour).max() <= 5


def tmp_path_of(folder: Path, name: str) -> Path:
    """A folder of that name."""
    (folder / name).mkdir()
    return folder / name


def test_transparent_webm(tmp_path: Path) -> None:
    """libvpx, as browsers have it, decodes the alpha that was filmed."""
    spec = film_spec("vp9", frames=10, **ALPHA)
    output, _ = made(spec, tmp_path, [4, 6])

    assert probed(output)["video"]["tags"]["ALPHA_MODE"] == "1"
    pictures = shown(output, (spec.width, spec.height), decoder="libvpx-vp9")
    assert [number_of(picture) for picture in pictures] == list(range(10))
    for number, picture in enumerate(pictures):
        difference = picture[..., 3].astype(int) - rgba(spec, number)[..., 3]
        assert np.abs(difference).mean() < 3


def test_transparent_prores(tmp_path: Path) -> None:
    """ProRes 4444 keeps alpha as it is."""
    spec = film_spec("prores-4444", frames=3)
    output, _ = made(spec, tmp_path, [1, 2])

    for number, picture in enumerate(shown(output, (spec.width, spec.height))):
        assert np.abs(picture[..., 3].astype(int) - rgba(spec, number)[..., 3]).max() <= 1


@pytest.mark.parametrize("codec", ["h264", "hevc", "vp9"])
@pytest.mark.parametrize("max_bytes", [40_000, 80_000])
def test_size_is_met(tmp_path: Path, codec: str, max_bytes: int) -> None:
    """A film fits into its size, and makes use of it."""
    options = {"deadline": "good", "cpu-used": "5"} if codec == "vp9" else {"preset": "faster"}
    spec = film_spec(
        codec, frames=60, width=480, height=270, max_bytes=max_bytes, encoder_options=options
    )
    output, finished = made(spec, tmp_path, [30, 30])

    assert finished.size_bytes <= max_bytes
    assert numbers(output) == list(range(60))


def test_size_with_sound(tmp_path: Path) -> None:
    """The sound is a part of the size."""
    sound = Sound(codec="aac", bit_rate=64_000)
    noise = np.random.default_rng(1).normal(0, 0.2, 2 * 96_096).astype("<f4")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "sound.f32").write_bytes(noise.tobytes())
    spec = film_spec(frames=60, max_bytes=60_000, sound=sound, encoder_options={})
    output, finished = made(
        spec, tmp_path_of(tmp_path, "film"), [60], tmp_path / "in" / "sound.f32"
    )

    assert 30_000 < finished.size_bytes <= 60_000
    assert probed(output)["audio"]["codec_name"] == "aac"


@pytest.mark.parametrize("max_bytes", [500, 6_000, 9_000])
def test_too_large(tmp_path: Path, max_bytes: int) -> None:
    """What does not fit is refused, with what would; nothing is left of it."""
    spec = film_spec(frames=90, width=1280, height=720, max_bytes=max_bytes, encoder_options={})
    slices = filmed(spec, tmp_path, [90])
    with pytest.raises(FilmTooLargeError, match=r"3\.003 s of 1280 × 720 px do not fit") as caught:
        finish(spec, slices, None, tmp_path / "film.mp4", lambda _: None)

    assert "of it would, or" in str(caught.value)
    assert list(tmp_path.iterdir()) == slices


@pytest.mark.parametrize("codec", ["h264", "hevc", "vp9"])
def test_two_passes_meet_a_rate(tmp_path: Path, codec: str) -> None:
    """Two passes meet a bit rate."""
    options = {"deadline": "good"} if codec == "vp9" else {"preset": "faster"}
    spec = film_spec(
        codec,
        frames=120,
        width=480,
        height=270,
        bit_rate=250_000,
        passes=2,
        encoder_options=options,
    )
    _, finished = made(spec, tmp_path, [60, 60])

    rate = finished.size_bytes * 8 / spec.duration_s
    assert rate == pytest.approx(250_000, rel=0.15)


@pytest.mark.parametrize("codec", ["h264", "vp9"])
def test_same_bytes(tmp_path: Path, codec: str) -> None:
    """The same slices give the same film, with as many threads as it takes."""
    spec = film_spec(codec, frames=30, max_bytes=50_000, encoder_options={})
    slices = filmed(spec, tmp_path, [30])
    files = [tmp_path / f"{number}.{spec.ending}" for number in range(3)]
    for file in files:
        finish(spec, slices, None, file, lambda _: None)
    assert len({file.read_bytes() for file in files}) == 1
