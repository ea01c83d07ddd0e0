"""Sound stands at its picture, to the sample, and is as loud as is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.packager.film.encoding.finish import finish
from services.packager.film.encoding.loudness import PEAK_DB
from services.packager.film.encoding.slice_encoder import SliceEncoder
from services.packager.film.encoding.sound_file import SoundFile
from shared.domain.video.film_spec import Sound
from tests.films import decoded, film_spec, filmed
from tests.second_reader import heard, loudness, probed

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from services.packager.film.encoding.finished import Finished
    from shared.domain.video.film_spec import FilmSpec

HZ = 48_000
TRACKS: dict[str, tuple[str, dict[str, Any]]] = {
    "aac": ("h264", {"codec": "aac", "bit_rate": 128_000}),
    "aac-mono": (
        "h264",
        {"codec": "aac", "bit_rate": 64_000, "channels": 1, "sample_rate": 44_100},
    ),
    "pcm": ("prores", {"codec": "pcm", "bit_rate": 0}),
    "opus": ("vp9", {"codec": "opus", "bit_rate": 96_000}),
}


def spec_with(track: str, lufs: float | None = None, **changes: Any) -> FilmSpec:
    """A film whose sound is of that kind."""
    codec, sound = TRACKS[track]
    return film_spec(codec, sound=Sound(**sound, loudness_lufs=lufs), **changes)


def write(path: Path, left: NDArray[Any], right: NDArray[Any]) -> Path:
    """The file of a game's sound."""
    path.write_bytes(left.astype("<f4").tobytes() + right.astype("<f4").tobytes())
    return path


def music(seconds: float, level: float = 0.1) -> tuple[NDArray[Any], NDArray[Any]]:
    """Two tones that swell, and beats."""
    t = np.arange(int(seconds * HZ)) / HZ
    left = level * np.sin(2 * np.pi * 330 * t) * (1 + np.sin(3 * t)) / 2
    left[:: HZ // 2] += level * 3
    return left, level * np.sin(2 * np.pi * 500 * t) * (1 + np.cos(2 * t)) / 2


def made(spec: FilmSpec, folder: Path, sound: Path | None) -> tuple[Path, Finished]:
    """The finished film."""
    output = folder / f"film.{spec.ending}"
    slices = filmed(spec, folder, [spec.frames])
    return output, finish(spec, slices, sound, output, lambda _: None)


@pytest.mark.parametrize("size", [None, 400_000])
@pytest.mark.parametrize("track", TRACKS)
def test_click_and_flash(tmp_path: Path, track: str, size: int | None) -> None:
    """A flash and a click of the same time are read at the same time, far within one frame."""
    if track == "pcm" and size:
        pytest.skip("ProRes aims at no size")
    spec = spec_with(track, frames=60, max_bytes=size)
    black, white = (b"\x10", b"\xeb") if spec.frame_layout == "i420" else (b"\0", b"\xff")
    pixels = spec.width * spec.height
    encoder = SliceEncoder(spec, tmp_path / "slice.mkv")
    for number in range(60):
        shade = white if number == 30 else black
        whole = shade * pixels + b"\x80" * (pixels // 2)
        encoder.write(whole if spec.frame_layout == "i420" else shade * (4 * pixels))
    encoder.close()
    click = np.zeros(2 * HZ + 96)
    place = round(30 / spec.fps * HZ)
    click[place : place + 48] = 0.8
    sound = write(tmp_path / "sound.f32", click, click)
    output = tmp_path / f"film.{spec.ending}"
    finish(spec, [tmp_path / "slice.mkv"], sound, output, lambda _: None)

    bright = [float(f.to_ndarray(format="gray").mean()) for f in decoded(output)]
    assert len(bright) == 60
    assert int(np.argmax(bright)) == 30
    samples = np.abs(heard(output))
    first = int(np.argmax(samples > samples.max() / 2))
    assert abs(first - place) <= 48  # one millisecond; a frame is 33


@pytest.mark.parametrize("track", TRACKS)
def test_as_long_as_the_pictures(tmp_path: Path, track: str) -> None:
    """Sound that is too short is followed by silence; what is too long is cut."""
    for seconds in (0.7, 9.0):
        folder = tmp_path / str(seconds)
        folder.mkdir()
        spec = spec_with(track, frames=90)
        output, _ = made(spec, folder, write(folder / "sound.f32", *music(seconds, 0.5)))

        said = probed(output)
        assert said["video"]["nb_read_frames"] == "90"
        assert float(said["format"]["duration"]) == pytest.approx(3.003, abs=0.025)
        assert said["audio"]["sample_rate"] == str(spec.sound.sample_rate if spec.sound else 0)
        samples = heard(output)
        assert len(samples) == pytest.approx(144_144, abs=1_100)
        end = np.abs(samples[2 * HZ : 2 * HZ + 40_000]).max()
        assert (end < 0.01) == (seconds < 1)


@pytest.mark.parametrize("lufs", [-14.0, -23.0])
@pytest.mark.parametrize("level", [0.02, 0.3])
@pytest.mark.parametrize("track", TRACKS)
def test_loudness(tmp_path: Path, track: str, level: float, lufs: float) -> None:
    """Another meter of EBU R 128 reads what was asked for; peaks stay below full scale."""
    spec = spec_with(track, lufs, frames=120)
    output, finished = made(spec, tmp_path, write(tmp_path / "sound.f32", *music(4.004, level)))

    read, peak = loudness(output)
    assert read == pytest.approx(lufs, abs=0.5)
    assert finished.loudness_lufs == pytest.approx(read, abs=0.3)
    assert peak <= PEAK_DB + 1.0  # what a lossy codec adds
    assert not finished.notes


def test_loudness_out_of_reach(tmp_path: Path) -> None:
    """Single clicks cannot be as loud as music: how loud they are is told."""
    clicks = np.zeros(4 * HZ)
    clicks[::HZ] = 0.9
    spec = spec_with("pcm", -10.0, frames=119)
    output, finished = made(spec, tmp_path, write(tmp_path / "sound.f32", clicks, clicks))

    [note] = finished.notes
    assert note.code == "film-loudness-missed"
    assert finished.loudness_lufs == pytest.approx(loudness(output)[0], abs=0.5)


def test_as_loud_as_the_game(tmp_path: Path) -> None:
    """Where no loudness is asked for, nothing is changed."""
    left, right = music(1.001)
    output, _ = made(spec_with("pcm", frames=30), tmp_path, write(tmp_path / "s", left, right))
    expected = (left + right) * 0.5**0.5  # as one channel is made of two
    assert np.abs(heard(output)[: len(expected)] - expected[:48_048]).max() < 1e-4


def test_too_loud(tmp_path: Path) -> None:
    """What is beyond full scale is limited, not cut off."""
    left, right = music(3.003, 1.0)
    output, _ = made(
        spec_with("pcm", frames=90), tmp_path, write(tmp_path / "s", left * 2, right * 2)
    )
    _, peak = loudness(output)
    assert peak <= 0


@pytest.mark.parametrize("silence", [None, "zeros", "empty"])
@pytest.mark.parametrize("lufs", [None, -14.0])
def test_no_sound(tmp_path: Path, silence: str | None, lufs: float | None) -> None:
    """A game without sound: the film has a silent track, as players like it, and says so."""
    sound = None
    if silence:
        nothing = np.zeros(48_048 if silence == "zeros" else 0)
        sound = write(tmp_path / "sound.f32", nothing, nothing)
    output, finished = made(spec_with("aac", lufs, frames=30), tmp_path, sound)

    assert [note.code for note in finished.notes] == ["film-silent"]
    assert np.abs(heard(output)).max() < 1e-4
    assert "audio" in probed(output)


def test_no_track(tmp_path: Path) -> None:
    """A film that should have no sound has no track of it."""
    output, finished = made(film_spec(frames=3), tmp_path, None)
    assert "audio" not in probed(output)
    assert not finished.notes


@given(
    bad=st.lists(
        st.sampled_from([float("nan"), float("inf"), float("-inf"), 1e30, -3e38, 0.5]),
        min_size=1,
        max_size=30,
    ),
    cut=st.integers(0, 7),
)
@settings(max_examples=15, deadline=None)
def test_numbers_that_are_none(
    tmp_path_factory: pytest.TempPathFactory, bad: list[float], cut: int
) -> None:
    """A page may write anything as its sound: the film is made all the same."""
    folder = tmp_path_factory.mktemp("sound")
    left, right = music(1.001)
    left[np.linspace(100, 40_000, len(bad)).astype(int)] = bad
    path = write(folder / "sound.f32", left, right)
    path.write_bytes(path.read_bytes()[: path.stat().st_size - cut])
    output, _ = made(spec_with("aac", frames=30), folder, path)

    assert np.isfinite(heard(output)).all()
    blocks = list(SoundFile(path, 48_048).blocks())
    assert sum(block.samples for block in blocks) == 48_048
    for block in blocks:
        assert np.abs(block.to_ndarray()).max() <= 8
