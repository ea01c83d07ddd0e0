"""What the Android runtime asks of Android itself, on a JVM: a few of its classes stand in."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.phones.android_java import JAVA, ORIGIN

if TYPE_CHECKING:
    from types import ModuleType

PROGRAMS: Final = Path(__file__).with_name("device")
CAMERA, MICROPHONE = "android.permission.CAMERA", "android.permission.RECORD_AUDIO"
FINE, COARSE = (f"android.permission.ACCESS_{kind}_LOCATION" for kind in ("FINE", "COARSE"))
RESOURCES: Final = {
    "android.webkit.resource.VIDEO_CAPTURE": CAMERA,
    "android.webkit.resource.AUDIO_CAPTURE": MICROPHONE,
}


@pytest.fixture(scope="module")
def device(
    android_build: ModuleType, android_work: Path, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The class path of the runtime with the classes that stand in for Android's."""
    out = tmp_path_factory.mktemp("device")
    known = f"{android_work / 'classes'}:{android_work / 'stubs'}"
    programs = sorted(PROGRAMS.rglob("*.java"))
    android_build.run("javac", "-Xlint:all", "-Werror", "-cp", known, "-d", out, *programs)
    return f"{out}:{known}"


def said(device: str, program: str, *arguments: str, given: str = "") -> list[str]:
    """The lines that a program prints."""
    command = [*JAVA, "-cp", device, f"com.aethel.runtime.{program}", *arguments]
    run = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
    return run.stdout.splitlines()


def test_damaged_files_leave_nothing_open(device: str) -> None:
    """Whichever call fails, its stream is closed: an application has a thousand files at most."""
    assert said(device, "Streams") == [
        "find: null, 1 opened, 0 left",
        "read: failed, 2 opened, 0 left",
        "part: failed, 2 opened, 0 left",
        "part that ends: failed, 2 opened, 0 left",
        "page: 500, 2 opened, 0 left",
        "missing: 404, 1 opened, 0 left",
    ]


def test_downloads_leave_for_a_touch_alone(device: str) -> None:
    """A frame of another site cannot bring up the browser by itself; the player is told."""
    there = "https://example.com/a.zip"
    asked = ((there, "0"), (there, "4999"), (there, "5000"), (there, "-"), ("blob:x", "0"))
    assert said(device, "Downloads", *(word for pair in asked for word in pair)) == [
        *[f"opened {there}"] * 2,
        *["told"] * 3,
    ]


def test_questions_wait_for_each_other(device: str) -> None:
    """What is asked while a question is shown is asked next, and neither is answered unseen."""
    lines = said(
        *(device, "Questions", CAMERA, MICROPHONE, FINE),
        given=f"want 1 {ORIGIN}/ android.webkit.resource.VIDEO_CAPTURE\n"
        f"place 2 {ORIGIN}/\n"
        f"want 3 {ORIGIN}/ android.webkit.resource.AUDIO_CAPTURE\n"
        f"yes {CAMERA}\nno\nyes {MICROPHONE}\n",
    )
    assert lines == [
        *(f"asked {CAMERA}", "done", "done", "done"),
        *("granted 1", f"asked {FINE} {COARSE}", "done"),
        *("denied 2", f"asked {MICROPHONE}", "done"),
        *("granted 3", "done"),
    ]


def steps_of(chance: random.Random) -> list[str]:
    """Questions, answers and changes of mind in any order, and answers to all at the end."""
    steps = []
    for number in range(chance.randrange(1, 12)):
        origin = chance.choice([f"{ORIGIN}/"] * 4 + ["https://example.com/"])
        kinds = [*RESOURCES, "android.webkit.resource.MIDI_SYSEX"]
        if chance.random() < 0.3:
            steps.append(f"place {number} {origin}")
        else:
            wanted = chance.sample(kinds, k=chance.choice([1, 1, 1, 2]))
            steps.append(" ".join(["want", str(number), origin, *wanted]))
            if chance.random() < 0.2:
                steps.append(f"cancel {number}")
        if chance.random() < 0.4:
            steps.append("answer")
    return [*steps, *["answer"] * 12]


@pytest.mark.parametrize("seed", range(12))
def test_every_question_is_answered_once(device: str, seed: int) -> None:
    """By what the player has said to it; those that are cancelled may stay without an answer."""
    chance = random.Random(seed)
    declared = [name for name in (CAMERA, MICROPHONE, COARSE) if chance.random() < 0.8]
    steps = steps_of(chance)
    program = subprocess.Popen(
        [*JAVA, "-cp", device, "com.aethel.runtime.Questions", *declared],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdin is not None
    assert program.stdout is not None
    granted: set[str] = set()
    shown: list[str] = []  # what the player is asked now
    answers: dict[str, str] = {}
    for step in steps:
        if step == "answer" and not shown:
            continue
        allowed = [name for name in shown if name in declared and chance.random() < 0.5]
        granted |= {*allowed} if step == "answer" else set()
        shown = [] if step == "answer" else shown
        program.stdin.write((" ".join(["yes", *allowed]) if step == "answer" else step) + "\n")
        program.stdin.flush()
        while (line := program.stdout.readline().strip()) != "done":
            word, _, rest = line.partition(" ")
            if word == "asked":
                assert not shown
                shown = rest.split()
                assert not granted.intersection(shown)
                continue
            assert word in {"granted", "denied"}, line
            assert answers.setdefault(rest, word) == word
            assert (word == "granted") == _may(steps, rest, granted), line
    program.stdin.close()
    assert program.wait(timeout=60) == 0
    program.stdout.close()
    asked = {step.split()[1] for step in steps if step.startswith(("want", "place"))}
    canceled = {step.split()[1] for step in steps if step.startswith("cancel")}
    assert asked - canceled <= answers.keys()


def _may(steps: list[str], number: str, granted: set[str]) -> bool:
    """Whether what a step asks for is granted now."""
    (step,) = (one for one in steps if one.split()[:2] in (["want", number], ["place", number]))
    kind, _, origin, *wanted = step.split()
    if not origin.startswith(ORIGIN):
        return False
    if kind == "place":
        return bool(granted & {FINE, COARSE})
    return all(RESOURCES.get(resource) in granted for resource in wanted)
