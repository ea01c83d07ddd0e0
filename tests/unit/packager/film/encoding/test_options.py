"""Whatever options of a film are taken, its encoder takes too: nothing fails once it is filmed."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, Final, get_args

import av
import msgspec
import pytest

from services.packager.film.encoding.finish import finish
from shared.domain.options import ExportOptions
from shared.domain.video.options import PixelFormat, Profile
from shared.domain.video.spec import refusals, spec_of
from tests.films import decoded, filmed

if TYPE_CHECKING:
    from pathlib import Path

    from shared.domain.video.film_spec import FilmSpec

SIZE: Final = {"width": 64, "height": 64, "frames": 4}
CODECS_OF_FILMS: Final = {
    "h264": "mp4", "hevc": "mp4", "vp9": "webm", "av1": "mp4", "prores": "mov",
}  # fmt: skip
LEAST: Final = {"h264": 50, "hevc": 10, "vp9": 20, "av1": 10, "prores": 4}  # different films
RATES: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"crf": 1},
    {"crf": 51},
    {"crf": 30, "maxBitrate": 900},
    {"bitrate": 900},
    {"bitrate": 900, "maxBitrate": 1_200},
    {"bitrate": 900, "bitrateMode": "cbr"},
    {"bitrate": 900, "twoPass": True},
    {"bitrate": 100_000},
    {"bitrate": 800_000, "maxBitrate": 800_000},
)
SHAPES: Final[tuple[dict[str, Any], ...]] = tuple(
    {"container": container, "videoCodec": codec, **more}
    for codec, container in CODECS_OF_FILMS.items()
    for more in (
        {},
        {"transparent": True},
        {"hardwareAcceleration": True},
        *({"pixelFormat": name} for name in get_args(PixelFormat)),
        *({"profile": name} for name in get_args(Profile)),
    )
)
SOUNDS: Final[tuple[dict[str, Any], ...]] = tuple(
    {"container": container, "audioCodec": codec, "sampleRate": rate, "channels": channels, **more}
    for container, codec, rate, channels, more in product(
        ("mp4", "mov", "webm"), ("aac", "pcm", "opus"), (44_100, 48_000), (1, 2),
        ({}, {"audioBitrate": 32}, {"audioBitrate": 255}, {"audioBitrate": 512}),
    )
)  # fmt: skip


def taken(video: dict[str, Any]) -> FilmSpec | None:
    """The film, where nothing speaks against it."""
    options = msgspec.convert({"video": {**SIZE, **video}}, ExportOptions)
    return None if list(refusals(options)) else spec_of(options)


def films(*, of: tuple[dict[str, Any], ...], beside: tuple[dict[str, Any], ...]) -> list[FilmSpec]:
    """All different ones that can be asked for."""
    wanted = (taken({**one, **other}) for one, other in product(of, beside))
    return list({msgspec.json.encode(spec): spec for spec in wanted if spec}.values())


READ_AS: Final = {"yuva444p10le": "yuva444p12le", "yuv444p10le": "yuv444p12le"}
PICTURES: Final = {
    codec: films(of=tuple(one for one in SHAPES if one["videoCodec"] == codec), beside=RATES)
    for codec in CODECS_OF_FILMS
}
HEARD: Final = films(of=SOUNDS, beside=({},))


@pytest.mark.parametrize("codec", sorted(PICTURES))
def test_an_encoder_takes_the_options(codec: str, tmp_path: Path) -> None:
    """The film has its frames and its pixels, whatever is asked of its encoder."""
    assert len(PICTURES[codec]) >= LEAST[codec]
    for spec in PICTURES[codec]:
        silent = msgspec.structs.replace(spec, sound=None)
        film = tmp_path / "film"
        finish(silent, filmed(silent, tmp_path, [2, 2]), None, film, lambda _: None)
        assert len(list(decoded(film))) == spec.frames, spec
        with av.open(film) as container:
            stream = container.streams.video[0]
            if codec != "vp9":  # whose alpha is a stream beside
                # ProRes 4444 is read with twelve bits, however many it was given.
                assert stream.pix_fmt == READ_AS.get(spec.pixel_format, spec.pixel_format), spec


def test_an_encoder_takes_the_sound(tmp_path: Path) -> None:
    """With its codec, rate and channels."""
    assert {spec.sound.codec for spec in HEARD if spec.sound} == {"aac", "pcm", "opus"}
    for spec in HEARD:
        film = tmp_path / "film"
        finish(spec, filmed(spec, tmp_path, [4]), None, film, lambda _: None)
        assert spec.sound
        with av.open(film) as container:
            stream = container.streams.audio[0]
            wanted = "pcm_s16le" if spec.sound.codec == "pcm" else spec.sound.codec
            assert stream.codec_context.codec.canonical_name == wanted
            heard = (stream.sample_rate, stream.channels)
            assert heard == (spec.sound.sample_rate, spec.sound.channels), spec
