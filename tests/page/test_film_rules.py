"""What the form for films asks is what the service takes, and the two never drift apart."""

from __future__ import annotations

import itertools
import json
import random
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
