"""What the page makes of options, sizes and commands is what the service makes of them."""

from __future__ import annotations

import asyncio
import json
import random
import re
import subprocess
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, get_args

import msgspec
import pytest

from cli.export_options import parse_options
from services.gateway.routes.platforms import list_platforms
from services.packager.runtimes.build import node
from shared.domain.options import Configuration, ExportOptions
from shared.domain.platforms import PLATFORMS, OptionRefusedError, check_options
from shared.domain.signing_policy import SigningRequiredError, key_for
from shared.domain.visible_text import check_visible
from shared.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.domain.platforms import PlatformSpec

RULES: Final = Path(__file__).with_name("exports_rules.mjs")
HOSTILE: Final = [
    *("<img src=x onerror=alert(1)>", "'; echo pwned #", '"$(id)"`id`', "a\\'b", "-rf", "--json"),
    *("\u202ex", "__proto__", "a\nb", "a b", "", " "),
]
LETTERS: Final = [*"aZ09.-_/*+ ~ä\U0001f469\n", "..", "**"]


def asked(question: str, given: Any) -> Any:
    """What the page's modules answer."""
    done = subprocess.run(
        [node(), str(RULES)],
        input=json.dumps([question, given]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def platforms() -> dict[str, Any]:
    """What ``GET /api/platforms`` says where no worker runs."""

    async def nobody() -> list[Any]:
        return []

    async def ask() -> Any:
        deps: Any = SimpleNamespace(workers=SimpleNamespace(living=nobody))
        return await list_platforms.fn(deps=deps)

    views = msgspec.to_builtins(asyncio.run(ask()))["platforms"]
    return {view["platform"]: view for view in views if view["platform"] in PLATFORMS}


def test_the_web_is_chosen_once_its_workers_are_there(platforms: dict[str, Any]) -> None:
    """And nothing is once somebody has chosen; platforms that would wait are awaited."""
    nobody = [*platforms.values(), {"platform": "video", "available": False, "reason": "none"}]
    everybody = [{**view, "available": "options" in view} for view in nobody]
    assert [view["available"] for view in nobody] == [False] * len(nobody)
    awaited = {"chosen": [], "isAwaited": True}
    assert asked("choices", [nobody, nobody]) == [awaited, awaited]
    assert asked("choices", [nobody, everybody])[-1] == {"chosen": ["web"], "isAwaited": False}
    told = asked("choices", [nobody, "linux", everybody, "linux", everybody])
    assert [step["chosen"] for step in told] == [[], ["linux"], ["linux"], [], []]


def some_text(rng: random.Random) -> str:
    """Something that somebody might enter."""
    known = ["1.2.3", "1.0.0-beta.1", "com.example.game", "assets/icon.png", "**/*.psd", "x64"]
    long = rng.choice([99, 100, 101, 128, 129, 256, 257, 512, 513])
    made = "".join(rng.choices(LETTERS, k=rng.choice([1, 2, 3, 8])))
    return rng.choice([*known, *HOSTILE, made, "x" * long, "/".join("a" * rng.choice([33, 34]))])


def some_number(rng: random.Random) -> str:
    """A number, nearly always."""
    return rng.choice(["0", "1", "-1", "1.5", "1e3", "x", str(1 << 40), str((1 << 40) + 1)])


def is_taken(option: str, value: Any) -> bool:
    """Whether the service takes a value of an option."""
    try:
        msgspec.convert({option: value}, ExportOptions)
    except msgspec.ValidationError:
        return False
    return True


def test_the_form_takes_the_values_that_the_service_takes(platforms: dict[str, Any]) -> None:
    """Thousands of inputs in every option of every platform; what is taken is what was entered."""
    rng = random.Random(1)
    cases = [
        (name, option, some_number(rng) if schema.get("type") == "integer" else some_text(rng))
        for name, view in platforms.items()
        for option, schema in view["options"]["schema"]["properties"].items()
        if schema.get("type") in {"string", "integer", "array"} and option != "format"
        for _ in range(60)
    ]
    readings = asked("readings", [[platforms[name], option, text] for name, option, text in cases])
    verdicts = set()
    for (name, option, text), reading in zip(cases, readings, strict=True):
        if not text.strip():
            assert reading == {}, "nothing entered is the default"
            continue
        schema = platforms[name]["options"]["schema"]["properties"][option]
        expected = is_taken(option, as_value(schema, text))
        assert ("value" in reading) == expected, (option, text, reading)
        if expected:
            assert reading["value"] == as_value(schema, text)
        verdicts.add((option, expected))
    refusable = {option for option, taken in verdicts if not taken}
    assert refusable >= {"appName", "appVersion", "bundleId", "excludePatterns", "maxBytes"}
    assert {option for option, taken in verdicts if taken} >= refusable


def test_a_key_is_missed_where_the_service_would_refuse(platforms: dict[str, Any]) -> None:
    """Every platform in every configuration and format, where operators have no key at all."""
    cases = [
        (spec, configuration, chosen)
        for spec in PLATFORMS.values()
        for configuration in get_args(Configuration)
        for chosen in ("", *spec.formats)
    ]
    answers = asked("unsigned", [[platforms[spec.name], *rest] for spec, *rest in cases])
    for case, answer in zip(cases, answers, strict=True):
        assert bool(answer) == is_refused(*case), case


def is_refused(spec: PlatformSpec, configuration: Configuration, chosen: str) -> bool:
    """Whether the service refuses it for want of a signature."""
    options = ExportOptions(format=chosen)
    try:
        check_options(spec.name, configuration, options)
        key_for(spec, configuration, options, ())
    except (OptionRefusedError, SigningRequiredError):
        return True
    return False


def as_value(schema: dict[str, Any], text: str) -> Any:
    """The value that an input stands for."""
    if schema["type"] == "array":
        return [line.strip() for line in text.split("\n") if line.strip()]
    if schema["type"] == "integer" and re.fullmatch(r"-?\d+|1e3", text):
        return int(float(text))
    return text


def test_every_option_of_the_chosen_platforms_is_in_one_group(platforms: dict[str, Any]) -> None:
    """Whichever are chosen; the same option stands once for those whose values are the same."""
    choices = [c for size in (1, 2, 5) for c in combinations(platforms, size)]
    answers = asked("groups", [[platforms[name] for name in choice] for choice in choices])
    for choice, groups in zip(choices, answers, strict=True):
        placed = [
            (name, option) for names, options in groups for name in names for option in options
        ]
        expected = [(name, option) for name in choice for option in PLATFORMS[name].effects]
        assert sorted(placed) == sorted(expected)
        assert len(groups[0][0]) == len(choice), "what all have comes first"


def test_the_command_line_asks_for_the_same(platforms: dict[str, Any], tmp_path: Path) -> None:
    """A shell splits it into the words that were meant, and the tool reads the same options."""
    tool = tmp_path / "aethel-export"
    tool.write_text('#!/bin/sh\nfor word; do printf "%s\\0" "$word"; done; printf "\\0"\n')
    tool.chmod(0o755)
    requests = [
        {
            "platform": name,
            "configuration": configuration,
            "options": {
                "appName": text,
                "excludePatterns": [text, "**/*.psd"],
                "strict": True,
                "maxBytes": 7,
            },
        }
        for name, configuration in zip(
            platforms, ["debug", "release", "distribution"], strict=False
        )
        for text in [*HOSTILE, "2048", "true", "null", "[]"]
    ]
    script = asked("commands", ["my game", requests])
    shell = subprocess.run(
        ["sh", "-eu"],
        input=script.encode(),
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        check=True,
    )
    commands = [words.split("\0") for words in shell.stdout.decode().split("\0\0") if words]
    assert len(commands) == len(requests)
    for words, request in zip(commands, requests, strict=True):
        pairs = tuple(words[at + 1] for at, word in enumerate(words) if word == "--option")
        assert words[:4] == ["export", "my game", "--platform", request["platform"]]
        assert parse_options(pairs) == request["options"]
        named = "--configuration" in words
        assert named == (request["configuration"] != "release")


def test_presets_that_something_else_has_written_are_left_out() -> None:
    """Whatever lies in the store, the form goes on with what it understands."""
    good = {"name": "mine", "configuration": "debug", "options": {"web": {"appName": "<b>"}}}
    broken: list[Any] = [
        *(None, 7, "x", [], {}, {**good, "name": 1}, {**good, "name": "x" * 61}),
        *(
            {**good, "configuration": "fast"},
            {**good, "options": []},
            {**good, "options": {"web": 1}},
        ),
    ]
    stored = ["{", "null", "7", json.dumps(good), json.dumps([good]), json.dumps([*broken, good])]
    assert asked("presets", stored) == [[], [], [], [], [good], [good]]


def test_sizes_by_type_add_up_and_differences_are_told() -> None:
    """Against a plain comparison by path, for made-up artifacts."""
    rng = random.Random(2)
    endings = ("js", "png", "wav", "xyz", "html")
    names = [f"{part}.{ending}" for part in "abcdef" for ending in endings]
    pairs = [[some_sizes(rng, names), some_sizes(rng, names)] for _ in range(200)]
    answers = asked("changes", [[members(now), members(before)] for now, before in pairs])
    for (now, before), answer in zip(pairs, answers, strict=True):
        assert sum(one["bytes"] for one in answer["types"]) == sum(now.values())
        assert sum(one["bytesBefore"] for one in answer["types"]) == sum(before.values())
        told = {change["path"]: (change["kind"], change["delta"]) for change in answer["changes"]}
        assert told == differences(now, before)
        deltas = [abs(change["delta"]) for change in answer["changes"]]
        assert deltas == sorted(deltas, reverse=True)


def some_sizes(rng: random.Random, names: list[str]) -> dict[str, int]:
    """Paths and bytes of an artifact."""
    return {name: rng.randrange(3) * 10 for name in rng.sample(names, 12)}


def members(sizes: dict[str, int]) -> list[dict[str, Any]]:
    """As ``GET …/files`` lists them."""
    return [{"path": path, "size": size, "packedSize": size} for path, size in sizes.items()]


def differences(now: dict[str, int], before: dict[str, int]) -> dict[str, tuple[str, int]]:
    """Path to what has become of it, and by how many bytes."""
    found = {}
    for path in {*now, *before}:
        delta = now.get(path, 0) - before.get(path, 0)
        if path not in before:
            found[path] = ("added", delta)
        elif path not in now:
            found[path] = ("removed", delta)
        elif delta:
            found[path] = ("grown" if delta > 0 else "shrunk", delta)
    return found


def test_a_file_whose_name_carries_another_hash_is_the_same_file() -> None:
    """Where there is one of that name on both sides; else nobody could say which it was."""
    one = [
        {"assets/index-BX3f_9aQ.js": 30, "a.png": 1},
        {"assets/index-C0ffee12.js": 10, "a.png": 1},
    ]
    several = [{"a-BX3f_9aQ.js": 3}, {"a-C0ffee12.js": 1, "a-D0ffee12.js": 1}]
    first, second = asked(
        "changes", [[members(now), members(then)] for now, then in (one, several)]
    )
    assert first["changes"] == [{"kind": "grown", "path": "assets/index-BX3f_9aQ.js", "delta": 20}]
    assert [change["kind"] for change in second["changes"]] == ["added", "removed", "removed"]


def test_all_that_the_service_says_of_platforms_is_said_in_portuguese() -> None:
    """A new option needs its sentence in both languages."""
    texts = sorted(
        {
            text
            for spec in PLATFORMS.values()
            for text in (spec.summary, *spec.effects.values(), *spec.refusals.values())
        }
    )
    translated = asked("texts", [texts, "pt-BR"])
    assert [text for text, said in zip(texts, translated, strict=True) if text == said] == ["zip"]
    assert asked("texts", [texts, "en"]) == texts


def refused_details() -> Iterator[str]:
    """What the service itself says of wrong options, texts that hide something, and wrong types."""
    mistakes: dict[str, list[Any]] = {
        "source": [{"format": "tar"}, {"video": {}}, {"signingKey": "k"}],
        "linux": [{"format": "appimage", "signingKey": "k"}, {"architecture": "universal"}],
        "web": [{"appName": "a\u200bb"}, {"appName": 1}, {"appName": "x" * 101}, {"nothing": 1}],
        "windows": [{"minSdkVersion": 1}, {"maxBytes": 1 << 50}, {"appVersion": "v"}],
        "macos": [{"excludePatterns": ["a"] * 101}, {"compression": "rar"}, {"format": "dmg"}],
        "android": [
            *(
                {"bundleId": bundle_id}
                for bundle_id in ("com.7up.x", "com.new.x", "a." + "b" * 126)
            ),
            {"appVersion": "2026.1.0"},
            *({"minSdkVersion": 21}, {"targetSdkVersion": 23}, {"minSdkVersion": 99}),
        ],
        "ios": [{"format": "zip", "signingKey": "k"}],
    }
    for platform, options in mistakes.items():
        for one in options:
            try:
                check_options(platform, "debug", msgspec.convert(one, ExportOptions))
                check_visible("options.appName", one["appName"])
            except InvalidRequestError as error:
                yield from (message for _, message in error.details)
            except msgspec.ValidationError as error:
                yield str(error).partition(" - at ")[0]


def test_what_is_wrong_with_a_field_is_said_in_portuguese() -> None:
    """Names of options, formats and letters stay as they are."""
    said = sorted(set(refused_details()))
    assert len(said) > 8
    translated = asked("texts", [said, "pt-BR"])
    assert not [text for text, other in zip(said, translated, strict=True) if text == other]
    assert asked("texts", [said, "en"]) == said
