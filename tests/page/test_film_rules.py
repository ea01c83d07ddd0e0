"""What the form for films asks is what the service takes, and the two never drift apart."""

from __future__ import annotations

import itertools
import json
import random
import re
from typing import Any, Final, get_args

import msgspec
import pytest

from shared.domain.options import ExportOptions
from shared.domain.platforms import OptionRefusedError, check_options
from shared.domain.video.options import PresetName, VideoOptions
from shared.domain.video.spec import refusals
from tests.page.test_exports_rules import asked

TYPED: Final[
    dict[str, list[tuple[str, Any]]]
] = {  # field -> what people type, and what it stands for
    "durationS": [("2.5", 2.5), (" 3 ", 3), ("2,5", 2.5), ("", None), ("two", "two")],
    "fps": [("30", 30), ("29.97", "29.97"), ("29,97", "29.97"), ("30000/1001", "30000/1001")],
    "supersample": [("", None), ("2", 2)],
    "scene": [("scenes/a.json", "scenes/a.json"), ("12", "12"), ("", None)],
    "input": [("track.json", "track.json"), ('[{"t": 1}]', [{"t": 1}]), ("[1", "[1")],
    "motionBlur.shutter": [("0.25", 0.25)],
    "audioCodec": [("none", "none"), ("", None)],
}


def form() -> dict[str, Any]:
    """What the form offers: its choices, and the fields of each."""
    offered: dict[str, Any] = asked("filmForm", None)
    return offered


def film(wish: dict[str, Any]) -> ExportOptions:
    """A wish as the service reads it."""
    return msgspec.convert({"video": wish}, ExportOptions)


def test_every_preset_can_be_chosen() -> None:
    """And no other one."""
    assert set(form()["presets"]) == set(get_args(PresetName))


def test_every_field_is_an_option() -> None:
    """By the name that the service gives it, with values that it takes."""
    (_, schemas) = msgspec.json.schema_components([VideoOptions])
    for field in form()["fields"]:
        first, _, second = field["name"].partition(".")
        shape = schemas["VideoOptions"]["properties"][first]
        if second:
            shape = schemas[shape["$ref"].rpartition("/")[2]]["properties"][second]
        taken = [
            value for branch in [shape, *shape.get("anyOf", [])] for value in branch.get("enum", [])
        ]
        if field["kind"] == "choice" and taken:
            assert set(field["choices"]) - {""} <= set(taken), field["name"]


def test_every_choice_can_be_made_as_it_is() -> None:
    """Nothing has to be entered: the service fills in the rest."""
    for choice, wish in form()["wishes"].items():
        assert list(refusals(film(wish))) == [], choice
        check_options("video", "release", film(wish))


def test_another_choice_takes_along_what_fits_it() -> None:
    """From anywhere to anywhere: what is chosen is what is shown, and the service can read it."""
    entered = {
        "durationS": 2,
        "fps": "29.97",
        "width": 640,
        "height": 360,
        "audioCodec": "none",
        "crf": 20,
        "sheet": {"format": "png", "columns": 3},
        "customMetadata": {"title": "x"},
    }
    choices = form()["wishes"]
    pairs = list(itertools.product(choices, repeat=2))
    chosen = asked("filmChoices", [[{**choices[one], **entered}, other] for one, other in pairs])
    for (_, other), wish in zip(pairs, chosen, strict=True):
        assert choice_of(wish["wish"]) == other
        assert wish["choice"] == other
        film(wish["wish"])
        assert wish["wish"]["durationS"] == 2
        assert wish["wish"]["customMetadata"] == {"title": "x"}
        assert wish["rest"] == {"customMetadata": {"title": "x"}}


def choice_of(wish: dict[str, Any]) -> str:
    """Which choice a wish is, as one reads it."""
    if "preset" in wish:
        return str(wish["preset"])
    for kind in ("stills", "sheet"):
        if kind in wish:
            return kind
    return "webp" if wish.get("container") == "webp" else "movie"


@pytest.mark.parametrize("name", TYPED)
def test_what_is_typed_stands_for_a_value(name: str) -> None:
    """An empty field for none; what is no number goes as it is, for the service to refuse."""
    cases = TYPED[name]
    read = asked("filmReadings", [[{}, name, text] for text, _ in cases])
    for (_, value), wish in zip(cases, read, strict=True):
        first, _, second = name.partition(".")
        expected = {} if value is None else {first: {second: value} if second else value}
        assert wish == expected


def test_texts_that_mean_something_else_are_refused_by_the_service_alone() -> None:
    """Whatever somebody types, the form makes JSON of it, and never fails."""
    rng = random.Random(3)
    letters = [*"0123456789.,-/[]{}\"'eE+ ax\\", "\U0001f469", "null", "true", "Infinity", "NaN"]
    names = [field["name"] for field in form()["fields"] if field["kind"] != "flag"]
    cases = [
        [{}, rng.choice(names), "".join(rng.choices(letters, k=rng.randrange(6)))]
        for _ in range(400)
    ]
    for (_, name, text), wish in zip(cases, asked("filmReadings", cases), strict=True):
        assert bool(text.strip()) == bool(wish), (name, text)
        json.dumps(wish, allow_nan=False)


def test_what_the_form_cannot_know_is_refused_with_its_place() -> None:
    """The field that is wrong is named, so that the form shows it there."""
    wrong = {"preset": "youtube-1080p", "width": 641, "transparent": True, "fps": 500}
    with pytest.raises(OptionRefusedError) as refused:
        check_options("video", "release", film(wrong))
    assert {path for path, _ in refused.value.details} >= {
        "options.video.transparent",
        "options.video.fps",
    }


WISHES: Final[dict[str, list[Any]]] = {  # values that go well or badly together
    "preset": ["youtube-1080p", "gif", "webm-alpha", "prores-422", "discord-10mb"],
    "durationS": [0, 1, 100, 5_000],
    "frames": [1, 10, 100_000],
    "fps": [0, 1, 24, 120, 500, "29.97", "30000/1001"],
    "frameRate": [30],
    "width": [1, 2, 640, 641, 3_840, 9_000],
    "height": [1, 360, 361, 2_160, 9_000],
    "supersample": [4],
    "motionBlur": [{"subframes": 32}],
    "transparent": [True],
    "stills": [{"format": "png"}, {"format": "jpeg", "quality": 5}, {"quality": 5}],
    "sheet": [{"format": "webp"}, {"format": "jpeg", "columns": 256}, {"quality": 3}],
    "quality": [50],
    "container": ["mp4", "mov", "webm", "gif", "webp", "mkv", "avi"],
    "videoCodec": ["h264", "hevc", "vp9", "av1", "prores", "vp8", "dnxhd", None],
    "pixelFormat": ["yuv420p", "yuv422p", "yuv444p", "rgb24"],
    "profile": ["baseline", "main", "high10", "high422", "high444"],
    "bitrateMode": ["cbr", "vbr", "crf"],
    "crf": [0, 20, 60],
    "bitrate": [0, 10, 5_000, 9_999_999],
    "maxBitrate": [10, 9_999],
    "twoPass": [True, False],
    "keyframeInterval": [1, 30, 1_200],
    "deinterlace": [True],
    "audioCodec": ["aac", "opus", "pcm", "none", "mp3", "flac", None],
    "audioBitrate": [0, 64, 9_999],
    "sampleRate": [8_000, 44_100, 96_000],
    "channels": [1, 2, 6],
    "loudnessLufs": [-14],
    "fastStart": [True],
    "includeMetadata": [False],
    "customMetadata": [{"title": "x"}],
    "startS": [0, 5, 80_000],
    "cameraPath": ["a.json", "x.txt"],
    "input": [
        "x.txt",
        [{"t": 1, "type": "key"}],
        [{"t": 1, "type": "key", "code": "KeyA"}, {"t": 0, "type": "gamepad"}],
    ],
    "useInOutPoints": [True, False],
    "inPoint": [1, 5],
    "outPoint": [1, 3],
    "resolution": [{"width": 640, "height": 360}],
}


def objections() -> set[str]:
    """What the service says of films that cannot be made, numbers aside."""
    rng = random.Random(5)
    said = dict[str, str]()
    for _ in range(12_000):
        wish = {name: rng.choice(WISHES[name]) for name in rng.sample(list(WISHES), 4)}
        more = {"maxBytes": rng.choice([1, 1_000, 10_000_000])} if rng.random() < 0.2 else {}
        options = msgspec.convert({"video": wish, **more}, ExportOptions)
        for _, why in refusals(options):
            said.setdefault(re.sub(r"\d[\d,.]*", "0", why), why)
    return set(said.values())


def test_what_cannot_be_filmed_is_said_in_portuguese() -> None:
    """Values stay as they are."""
    said = sorted(objections())
    assert len(said) > 100
    translated = asked("texts", [said, "pt-BR"])
    same = [text for text, other in zip(said, translated, strict=True) if text == other]
    assert same == []
    assert [
        text for text in translated if re.search(r"\b(leave|choose|or|the|of them)\b", text)
    ] == []
