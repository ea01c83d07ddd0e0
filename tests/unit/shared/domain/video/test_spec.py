"""From options to a film: nothing is silent, and whatever is asked for, there is an answer."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.options import ExportOptions
from shared.domain.platforms import OptionRefusedError, check_options
from shared.domain.video.effects import EFFECTS
from shared.domain.video.film_spec import CONTENT_TYPES, FilmSpec
from shared.domain.video.options import (
    CodecName,
    ContainerName,
    ImageFormat,
    MotionBlur,
    PixelFormat,
    PresetName,
    Profile,
    Sheet,
    SoundName,
    Stills,
    VideoOptions,
)
from shared.domain.video.presets import PRESETS
from shared.domain.video.shape import CODECS_OF
from shared.domain.video.spec import refusals, spec_of
from tests.unit.shared.domain.video.document import option_row, preset_row

DOCUMENT = Path(__file__).parents[5] / "docs" / "video.md"
FIELDS = {field.encode_name: field for field in msgspec.structs.fields(VideoOptions)}


def resolved(max_bytes: int | None = None, format_: str = "", **video: Any) -> FilmSpec:
    """The film of options by their names in JSON, which nothing speaks against."""
    options = wished(max_bytes, format_, **video)
    assert list(refusals(options)) == []
    return spec_of(options)


def objections(max_bytes: int | None = None, format_: str = "", **video: Any) -> dict[str, str]:
    """What speaks against them, by option."""
    found = dict(refusals(wished(max_bytes, format_, **video)))
    return {
        path.removeprefix("options.").removeprefix("video."): why for path, why in found.items()
    }


def wished(max_bytes: int | None = None, format_: str = "", **video: Any) -> ExportOptions:
    """Options as a request brings them."""
    given_size = {} if max_bytes is None else {"maxBytes": max_bytes}
    return msgspec.convert({"video": video, "format": format_, **given_size}, ExportOptions)


def literals(kind: Any) -> st.SearchStrategy[Any]:
    """Any of a Literal's values."""
    return st.sampled_from(get_args(kind))


KBPS = st.sampled_from([0, 1, 128, 1_536, 8_000, 147_000])
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "preset": literals(PresetName),
    "scene": st.text(max_size=8),
    "camera_path": st.sampled_from(["", "a.json", "../a.json", "a.txt"]),
    "input": st.sampled_from(["", "b.json", "con.json"]),
    "seed": st.integers(0, 9),
    "start_s": st.floats(0, 4_000),
    "duration_s": st.floats(0, 700),
    "frames": st.integers(1, 5_000),
    "fps": st.integers(0, 130)
    | st.floats(0, 130)
    | st.sampled_from(["29.97", "30000/1001", "1/3"]),
    "frame_rate": st.integers(0, 130),
    "use_in_out_points": st.booleans(),
    "in_point": st.floats(0, 10),
    "out_point": st.floats(0, 10),
    "width": st.integers(1, 4_000),
    "height": st.integers(1, 4_000),
    "supersample": st.integers(1, 4),
    "motion_blur": st.builds(MotionBlur, subframes=st.integers(2, 32), shutter=st.just(0.5)),
    "transparent": st.booleans(),
    "stills": st.builds(Stills, format=literals(ImageFormat)),
    "sheet": st.builds(Sheet, format=literals(ImageFormat), columns=st.integers(1, 256)),
    "quality": st.integers(1, 100),
    "container": literals(ContainerName),
    "video_codec": st.none() | literals(CodecName),
    "pixel_format": literals(PixelFormat),
    "profile": literals(Profile),
    "bitrate_mode": st.sampled_from(["cbr", "vbr", "crf"]),
    "crf": st.integers(0, 63),
    "bitrate": KBPS,
    "max_bitrate": KBPS,
    "two_pass": st.booleans(),
    "keyframe_interval": st.integers(1, 1_200),
    "hardware_acceleration": st.booleans(),
    "deinterlace": st.booleans(),
    "audio_codec": st.none() | literals(SoundName),
    "audio_bitrate": KBPS,
    "sample_rate": st.sampled_from([0, 22_050, 44_100, 48_000]),
    "channels": st.integers(1, 8),
    "loudness_lufs": st.floats(-40, -5),
    "fast_start": st.booleans(),
    "include_metadata": st.booleans(),
    "custom_metadata": st.dictionaries(st.sampled_from(["title", "date"]), st.text(max_size=4)),
}
ANY_VIDEO = st.lists(st.sampled_from(sorted(VALUES)), max_size=7, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: VALUES[name] for name in names})
)
ANY = st.builds(
    lambda video, max_bytes, format_, name: ExportOptions(
        video=VideoOptions(**video), format=format_, app_name=name, **max_bytes
    ),
    ANY_VIDEO,
    st.just({}) | st.builds(lambda size: {"max_bytes": size}, st.integers(1, 20_000_000)),
    st.sampled_from(["", "", "", "mp4", "mov", "webm", "gif", "webp"]),
    st.sampled_from(["", "Emberlight"]),
)


@settings(max_examples=1_000, deadline=None)
@given(ANY)
def test_there_is_an_answer_to_everything(options: ExportOptions) -> None:
    """A film that can be made, and for the rest the reasons; the same each time."""
    spec = spec_of(options)
    assert spec == spec_of(options)
    assert msgspec.json.decode(msgspec.json.encode(spec), type=FilmSpec) == spec
    assert spec.container == "zip" or spec.codec in CODECS_OF.get(spec.container, (spec.codec,))
    assert spec.container in CONTENT_TYPES
    assert spec.width * spec.height <= 3_840 * 2_160
    assert spec.pixel_format != "yuv420p" or (spec.width % 2, spec.height % 2) == (0, 0)
    assert (spec.sound is None) or spec.kind == "movie"
    assert not (spec.transparent and spec.pixel_format in ("yuv420p", "rgb24", "pal8"))
    assert spec.kind != "movie" or 24 <= spec.fps <= 120
    for path, why in refusals(options):
        assert path.startswith("options.")
        assert len(why) > 10


@settings(max_examples=500, deadline=None)
@given(ANY)
def test_what_is_asked_for_is_what_is_made(options: ExportOptions) -> None:
    """Without an objection, each value that was given is the film's."""
    if list(refusals(options)):
        return
    spec, video = spec_of(options), options.video
    assert video is not None
    asked = {name: value for name in VALUES if (value := getattr(video, name)) is not msgspec.UNSET}
    simple = {"scene", "camera_path", "seed", "frames", "supersample", "width", "height"}
    for name in simple & asked.keys():
        assert getattr(spec, name) == asked[name], name
    for name in {"fps", "frame_rate"} & asked.keys():
        assert abs(spec.fps - Fraction(str(asked[name]))) < Fraction(1, 200)
    if video.preset:
        assert (spec.codec, spec.container) == (
            PRESETS[video.preset].codec,
            PRESETS[video.preset].container,
        )
    assert "transparent" not in asked or spec.transparent == asked["transparent"]
    assert asked.get("crf") in (None, int(spec.encoder_options.get("crf", -1)))


def test_every_option_is_described() -> None:
    """In the order of the options, in the API and in ``docs/video.md``."""
    assert list(EFFECTS) == list(FIELDS)
    text = DOCUMENT.read_text()
    assert [
        line for line in text.splitlines() if line.startswith(tuple(f"| `{o}` | " for o in EFFECTS))
    ] == [*map(option_row, EFFECTS)]
    assert all(preset_row(name) in text for name in PRESETS)
    assert set(PRESETS) == set(get_args(PresetName))


# Each option, the value, and where the film shows it: the film is another one without it.
SHOWN: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"preset": "tiktok"}, {"width": 1_080, "height": 1_920}),
    ({"scene": "intro"}, {"scene": "intro"}),
    ({"cameraPath": "a.json"}, {"camera_path": "a.json"}),
    ({"input": "b.json"}, {"input": "b.json"}),
    ({"seed": 7}, {"seed": 7}),
    ({"startS": 2.5}, {"start_s": 2.5}),
    ({"durationS": 3}, {"frames": 90}),
    ({"durationS": 0.01}, {"frames": 1}),
    ({"frames": 45}, {"frames": 45}),
    ({"fps": 29.97}, {"fps_num": 30_000, "fps_den": 1_001, "frames": 300}),
    ({"fps": "59.94"}, {"fps_num": 60_000, "fps_den": 1_001}),
    ({"frameRate": 24}, {"fps_num": 24}),
    ({"useInOutPoints": True, "inPoint": 1, "outPoint": 3}, {"start_s": 1, "frames": 60}),
    ({"width": 640}, {"width": 640, "height": 360}),
    ({"height": 360}, {"width": 640, "height": 360}),
    ({"resolution": {"width": 640, "height": 480}}, {"width": 640, "height": 480}),
    ({"supersample": 2}, {"supersample": 2}),
    ({"motionBlur": {}}, {"subframes": 8, "shutter": 0.5}),
    ({"motionBlur": {"subframes": 4, "shutter": 1}}, {"subframes": 4, "shutter": 1.0}),
    ({"transparent": True}, {"codec": "vp9", "pixel_format": "yuva420p", "container": "webm"}),
    ({"transparent": True, "container": "mov"}, {"pixel_format": "yuva444p10le"}),
    ({"transparent": True, "container": "webp"}, {"codec": "webp", "pixel_format": "rgba"}),
    ({"stills": {}}, {"kind": "stills", "container": "png", "frames": 1, "pixel_format": "rgb24"}),
    ({"stills": {"format": "jpeg", "quality": 5}}, {"container": "jpeg", "quality": 5}),
    ({"stills": {}, "frames": 3, "transparent": True}, {"container": "zip"}),
    ({"sheet": {"format": "webp"}}, {"kind": "sheet", "container": "zip", "columns": 4}),
    ({"sheet": {"columns": 6}}, {"columns": 6, "codec": "png"}),
    ({"container": "webp", "quality": 100}, {"kind": "animation", "quality": 100}),
    ({"container": "gif", "videoCodec": None}, {"codec": "gif", "pixel_format": "pal8"}),
    ({"videoCodec": "h265"}, {"codec": "hevc", "container": "mp4"}),
    ({"videoCodec": "av1"}, {"codec": "av1", "container": "webm"}),
    ({"pixelFormat": "yuv444p"}, {"pixel_format": "yuv444p"}),
    ({"videoCodec": "prores", "pixelFormat": "yuv444p"}, {"pixel_format": "yuv444p10le"}),
    ({"profile": "high10"}, {"pixel_format": "yuv420p10le"}),
    ({"keyframeInterval": 30}, {"keyframe_s": 1.0}),
    ({"bitrate": 5_000}, {"bit_rate": 5_000_000, "passes": 1}),
    ({"bitrate": 5_000, "twoPass": True}, {"bit_rate": 5_000_000, "passes": 2}),
    ({"audioCodec": None}, {"sound": None}),
    ({"audioCodec": "none", "channels": 1}, {"sound": None}),
    ({"fastStart": False}, {"fast_start": False}),
    ({"customMetadata": {"artist": "Ann"}}, {"metadata": {"artist": "Ann"}}),
    ({"includeMetadata": False}, {"metadata": {}}),
]  # fmt: skip


@pytest.mark.parametrize(("video", "shown"), SHOWN, ids=[str(video) for video, _ in SHOWN])
def test_an_option_has_its_effect(video: dict[str, Any], shown: dict[str, Any]) -> None:
    """The film's specification shows what was asked for."""
    spec = resolved(**video)
    assert {name: getattr(spec, name) for name in shown} == shown


PRORES = {"videoCodec": "prores", "width": 1_920, "fps": 24}
ENCODED: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"crf": 30}, {"crf": "30"}),
    ({"profile": "baseline"}, {"profile": "baseline"}),
    ({"hardwareAcceleration": True}, {"preset": "veryfast"}),
    ({"crf": 30, "bitrate": 900}, {"crf": "30", "maxrate": "900000"}),
    ({"bitrate": 900, "maxBitrate": 1_200}, {"maxrate": "1200000", "bufsize": "2400000"}),
    ({"bitrate": 900, "bitrateMode": "cbr"}, {"maxrate": "900000", "nal-hrd": "cbr"}),
    ({**PRORES, "bitrate": 147_000}, {"profile": "standard"}),
    ({**PRORES, "bitrate": 60_000}, {"profile": "proxy"}),
]  # fmt: skip


@pytest.mark.parametrize(("video", "encoded"), ENCODED, ids=[str(video) for video, _ in ENCODED])
def test_the_encoder_is_told(video: dict[str, Any], encoded: dict[str, str]) -> None:
    """What only the encoder sees stands in its options."""
    assert encoded.items() <= resolved(**video).encoder_options.items()


@pytest.mark.parametrize(
    ("video", "shown"),
    [
        ({}, ("aac", 192_000, None, 48_000, 2)),
        ({"audioBitrate": 128, "channels": 1}, ("aac", 128_000, None, 48_000, 1)),
        ({"sampleRate": 44_100, "loudnessLufs": -14}, ("aac", 192_000, -14, 44_100, 2)),
        ({"container": "webm"}, ("opus", 128_000, None, 48_000, 2)),
        ({"container": "mov", "audioCodec": "pcm"}, ("pcm", 0, None, 48_000, 2)),
        ({"preset": "prores-422", "audioBitrate": 1_536}, ("pcm", 0, None, 48_000, 2)),
    ],
)
def test_the_sound_is_as_asked_for(video: dict[str, Any], shown: tuple[Any, ...]) -> None:
    """Codec, bits a second, loudness, rate and channels."""
    sound = resolved(**video).sound
    assert sound is not None
    assert (
        sound.codec, sound.bit_rate, sound.loudness_lufs, sound.sample_rate, sound.channels
    ) == shown  # fmt: skip


def test_the_game_s_name_is_the_film_s_title() -> None:
    """Unless metadata say another one, or none is wanted."""
    named = ExportOptions(app_name="Emberlight", video=VideoOptions())
    assert spec_of(named).metadata == {"title": "Emberlight"}
    assert resolved(customMetadata={"title": "Trailer"}).metadata == {"title": "Trailer"}


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"preset": "twitter", "container": "webm"}, "container", "leave out one of them"),
    ({"preset": "twitter", "videoCodec": "vp9"}, "videoCodec", "makes h264"),
    ({"preset": "twitter", "videoCodec": None}, "videoCodec", "leave it out"),
    ({"preset": "twitter", "stills": {}}, "preset", "pictures"),
    ({"scene": "a\u200bb"}, "scene", "cannot be seen"),
    ({"cameraPath": "../a.json"}, "cameraPath", "a.json"),
    ({"input": "a.txt"}, "input", "no JSON file"),
    ({"input": [{"t": 1, "type": "key"}]}, "input[0]", "code"),
    ({"startS": 4_000}, "startS", "3600"),
    ({"durationS": 601}, "durationS", "in parts"),
    ({"durationS": 0}, "durationS", "nothing to see"),
    ({"durationS": 10, "frames": 9}, "durationS", "leave out one of them"),
    ({"fps": 10}, "fps", "24 to 120"),
    ({"fps": 121}, "fps", "24 to 120"),
    ({"fps": "361/3"}, "fps", "24 to 120"),
    ({"fps": 24.123456}, "fps", "no rate"),
    ({"fps": 24, "frameRate": 24}, "frameRate", "another name"),
    ({"container": "gif", "fps": 60}, "fps", "hundredths"),
    ({"useInOutPoints": False, "inPoint": 1}, "inPoint", "leave it out"),
    ({"useInOutPoints": True}, "useInOutPoints", "neither"),
    ({"inPoint": 3, "outPoint": 2}, "outPoint", "not after"),
    ({"startS": 1, "inPoint": 1}, "inPoint", "leave out"),
    ({"width": 1_001, "height": 720}, "width", "1000 or 1002"),
    ({"width": 1_000, "height": 721}, "height", "even"),
    ({"width": 3_842, "height": 720}, "width", "too large"),
    ({"width": 2_162, "height": 2_162}, "width", "either way round"),
    ({"width": 32, "height": 32}, "width", "too small"),
    ({"width": 640, "resolution": {"width": 640, "height": 360}}, "width", "resolution"),
    ({"preset": "youtube-4k", "supersample": 3}, "supersample", "at most 2"),
    ({"transparent": True, "videoCodec": "h264"}, "transparent", "webm-alpha"),
    ({"transparent": True, "container": "gif"}, "transparent", "webp"),
    ({"transparent": True, "stills": {"format": "jpeg"}}, "transparent", "png or webp"),
    ({"stills": {}, "sheet": {}}, "sheet", "leave out one"),
    ({"stills": {"quality": 50}}, "stills.quality", "lossless"),
    ({"sheet": {"columns": 2}, "width": 256, "frames": 600}, "sheet", "16383"),
    ({"quality": 50}, "quality", "crf"),
    ({"container": "mkv"}, "container", "Matroska"),
    ({"container": "avi"}, "container", "mp4"),
    ({"videoCodec": "vp8"}, "videoCodec", "vp9"),
    ({"videoCodec": "dnxhd"}, "videoCodec", "prores"),
    ({"videoCodec": None}, "videoCodec", "a film has pictures"),
    ({"container": "webm", "videoCodec": "h264"}, "videoCodec", "vp9, av1"),
    ({"container": "gif", "profile": "high10"}, "profile", "only h264"),
    ({"container": "gif", "pixelFormat": "yuv444p"}, "pixelFormat", "leave it out"),
    ({"pixelFormat": "rgb24"}, "pixelFormat", "yuv420p"),
    ({"profile": "main", "pixelFormat": "yuv444p"}, "pixelFormat", "profile main"),
    ({"transparent": True, "pixelFormat": "yuv420p"}, "pixelFormat", "yuva420p"),
    ({"videoCodec": "hevc", "profile": "high10"}, "profile", "main"),
    ({"crf": 0}, "crf", "lossless"),
    ({"crf": 52}, "crf", "1 to 51"),
    ({"crf": 20, "bitrateMode": "vbr", "bitrate": 900}, "crf", "vbr"),
    ({"bitrateMode": "cbr"}, "bitrate", "kbit/s"),
    ({"bitrateMode": "cbr", "bitrate": 9, "maxBitrate": 10}, "maxBitrate", "no other rate"),
    ({"bitrate": 900, "maxBitrate": 800}, "maxBitrate", "below"),
    ({"crf": 20, "twoPass": True}, "twoPass", "quality"),
    ({"videoCodec": "av1", "bitrate": 900, "twoPass": True}, "twoPass", "h264, hevc, vp9"),
    ({"videoCodec": "av1", "bitrate": 900, "bitrateMode": "cbr"}, "bitrateMode", "crf"),
    ({"videoCodec": "av1", "bitrate": 100_001}, "bitrate", "100,000 kbit/s"),
    ({"bitrate": 900, "maxBitrate": 800_001}, "maxBitrate", "800,000 kbit/s"),
    ({"container": "gif", "bitrate": 900}, "bitrate", "no bit rate"),
    ({"container": "gif", "crf": 9}, "crf", "no bit rate"),
    ({"container": "gif", "bitrateMode": "crf"}, "bitrateMode", "no bit rate"),
    ({"videoCodec": "prores", "crf": 9}, "crf", "profile"),
    ({"videoCodec": "prores", "bitrate": 900}, "bitrate", "at least"),
    ({"videoCodec": "prores", "hardwareAcceleration": True}, "hardwareAcceleration", "ProRes"),
    ({"videoCodec": "prores", "keyframeInterval": 9}, "keyframeInterval", "stands for itself"),
    ({"keyframeInterval": 301}, "keyframeInterval", "300 frames"),
    ({"deinterlace": True}, "deinterlace", "leave it out"),
    ({"audioCodec": "mp3"}, "audioCodec", "aac"),
    ({"audioCodec": "flac"}, "audioCodec", "aac"),
    ({"audioCodec": "opus"}, "audioCodec", "mp4 holds aac"),
    ({"audioBitrate": 900}, "audioBitrate", "32 to 512"),
    ({"preset": "prores-422", "audioBitrate": 900}, "audioBitrate", "1536"),
    ({"sampleRate": 22_050}, "sampleRate", "48000"),
    ({"container": "webm", "sampleRate": 44_100}, "sampleRate", "opus"),
    ({"channels": 6}, "channels", "stereo"),
    ({"container": "gif", "audioCodec": "aac"}, "audioCodec", "no sound"),
    ({"container": "gif", "loudnessLufs": -14}, "loudnessLufs", "no sound"),
    ({"stills": {}, "channels": 1}, "channels", "no sound"),
    ({"container": "webm", "fastStart": True}, "fastStart", "mp4 and mov"),
    ({"container": "gif", "includeMetadata": True}, "includeMetadata", "no place"),
    ({"includeMetadata": False, "customMetadata": {"title": "A"}}, "customMetadata", "false"),
    ({"customMetadata": {"title": "\u202e"}}, "customMetadata.title", "cannot be seen"),
    ({"preset": "youtube-4k", "durationS": 600, "fps": 60}, "durationS", "build minutes"),
    ({"container": "gif", "durationS": 100}, "durationS", "mp4"),
]  # fmt: skip


@pytest.mark.parametrize(("video", "option", "why"), REFUSED, ids=[str(v) for v, _, _ in REFUSED])
def test_what_cannot_be_made_is_refused(video: dict[str, Any], option: str, why: str) -> None:
    """By the option's name, with the reason or the way out, and a 422."""
    assert why in objections(**video)[option]
    with pytest.raises(OptionRefusedError):
        check_options("video", "release", wished(**video))


@pytest.mark.parametrize(
    ("video", "max_bytes", "option", "why"),
    [
        ({"crf": 20}, 5_000_000, "crf", "two passes"),
        ({"bitrate": 900}, 5_000_000, "bitrate", "two passes"),
        ({"twoPass": False}, 5_000_000, "twoPass", "two passes"),
        ({"videoCodec": "av1"}, 5_000_000, "maxBytes", "h264, hevc, vp9"),
        ({"videoCodec": "prores"}, 5_000_000, "maxBytes", "h264"),
        ({}, 10_000, "maxBytes", "would fit"),
    ],
)
def test_a_size_is_met_or_refused(
    video: dict[str, Any], max_bytes: int, option: str, why: str
) -> None:
    """``maxBytes`` decides the rate, and what speaks against it is told."""
    assert why in objections(max_bytes, **video)[option]


def test_what_would_fit_fits() -> None:
    """The bytes that a refusal names are enough, and the seconds are."""
    why = objections(100_000, durationS=60)["maxBytes"]
    least = int(why.partition("at least ")[2].split()[0].replace(",", ""))
    seconds = float(why.partition("at best ")[2].split()[0])
    assert objections(least, durationS=60) == {}
    assert objections(100_000, durationS=seconds * 0.98) == {}
    assert "maxBytes" in objections(100_000, durationS=seconds * 1.05)


def test_the_common_format_names_the_container_too() -> None:
    """Not beside another one, and not of pictures."""
    assert resolved(format_="webm").container == "webm"
    assert resolved(format_="webm", container="webm").codec == "vp9"
    assert "options.format" in objections(format_="webm", container="mp4")["container"]
    assert "leave it out" in objections(format_="webm", stills={})["format"]


def test_the_size_of_a_preset_gives_way() -> None:
    """One's own ``maxBytes`` is in place of it, larger or smaller."""
    assert resolved(preset="discord-10mb").max_bytes == 10_000_000
    assert resolved(25_000_000, preset="discord-10mb").max_bytes == 25_000_000


def test_old_exports_without_video_are_read() -> None:
    """Their events have a null there."""
    assert msgspec.json.decode(b'{"video": null}', type=ExportOptions) == ExportOptions()
