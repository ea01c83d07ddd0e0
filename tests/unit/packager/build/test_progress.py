"""What is told of a build's stages, whatever it says of them."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, cast, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.packager.build.progress import BuildProgress
from services.packager.build.stages import (
    MOST_S,
    ORDER,
    TITLES,
    Planning,
    Stage,
    StageName,
    Tally,
    forecast,
    optimizing_s,
)
from services.packager.sandbox.messages import FromBuild
from shared.domain.project import StoredFile
from tests.projects import request

if TYPE_CHECKING:
    from services.packager.request import Request
    from shared.domain.export_document import Eta, Status
    from shared.jetstream.progress_reporter import ProgressReporter


class _Told:
    """Keeps what is told."""

    def __init__(self) -> None:
        self.steps: list[tuple[Status, float, str]] = []

    def progress(self, status: Status, percent: float, step: str, eta: Eta | None = None) -> None:
        assert eta
        assert 0 <= eta.p50_s <= eta.p90_s
        self.steps.append((status, percent, step))


def _progress(**costs: float) -> tuple[BuildProgress, _Told]:
    told = _Told()
    progress = BuildProgress(cast("ProgressReporter", told))
    expected = cast("dict[StageName, float]", {"reading": 0.1, **costs, "packing": 0.1})
    progress.expect(expected, fetch_bytes=2_000_000)
    return progress, told


def _files(**sizes: int) -> list[StoredFile]:
    return [
        StoredFile(path=path, sha256="0" * 64, size=size, object="o", offset=0)
        for path, size in sizes.items()
    ]


async def test_each_stage_has_its_name() -> None:
    """From fetching to packing, and the status that goes with it."""
    progress, told = _progress(bundling=0.2, optimizing=10.0)
    progress.report()
    progress.fetched(1_000_000)
    progress.report()
    progress.fetched(1_000_000)
    progress.report()
    progress.planning(Stage(name="bundling"))
    progress.planning(Stage(name="optimizing", of=40))
    progress.planning(Stage(name="optimizing", done=20, of=40))
    progress.report()
    progress.begin_packing(size_bytes=3_000_000, files=3, application=False)
    progress.packed(3_000_000, 3)
    progress.report()
    assert [(status, step) for status, _, step in told.steps] == [
        ("preparing", "Fetching the project: 0.0 MB of 2.0 MB"),
        ("preparing", "Fetching the project: 1.0 MB of 2.0 MB"),
        ("preparing", "Checking the project"),
        ("building", "Bundling scripts"),
        ("building", "Optimising assets: 0 of 40"),
        ("building", "Optimising assets: 20 of 40"),
        ("packaging", "Packing: 0 of 3 files, 0.0 MB of 3.0 MB"),
        ("packaging", "Packing: 3 of 3 files, 3.0 MB of 3.0 MB"),
    ]
    percents = [percent for _, percent, _ in told.steps]
    assert percents == sorted(percents)
    assert percents[-1] == 90
    assert percents[5] - percents[4] > 40  # half of what takes nearly all of the time


async def test_an_application_is_assembled_signed_and_packed() -> None:
    """Files are counted while it is put together, bytes while it is packed."""
    progress, told = _progress(assembling=0.1, signing=2.0)
    progress.begin_packing(size_bytes=4_000_000, files=8, application=True)
    progress.packed(2_000_000, 8)
    progress.report()
    progress.signing()
    progress.waiting("Signing the program: 3 s")
    progress.report()
    progress.waiting("")
    progress.built()
    progress.packed(3_000_000, 8)
    progress.report()
    progress.packed(4_000_000, 8)
    progress.report()
    assert [(status, step) for status, _, step in told.steps] == [
        ("building", "Assembling the game: 0 of 8 files"),
        ("building", "Assembling the game: 8 of 8 files"),
        ("building", "Signing"),
        ("building", "Signing the program: 3 s"),
        ("packaging", "Packing the application: 2.0 MB of 4.0 MB"),
        ("packaging", "Packing the application: 3.0 MB of 4.0 MB"),
        ("packaging", "Packing the application: 4.0 MB of 4.0 MB"),
    ]
    assert told.steps[-1][1] == 90


COUNT = st.integers(0, (1 << 64) - 1)
SAID = st.builds(
    Stage,
    name=st.sampled_from(get_args(Planning)),
    done=COUNT,
    of=COUNT,
    done_ms=COUNT,
    of_ms=COUNT,
    seconds=COUNT,
)
PACKED = st.tuples(COUNT, COUNT)


@given(
    said=st.lists(st.one_of(SAID, PACKED, st.booleans(), st.none()), max_size=30),
    application=st.booleans(),
)
async def test_nothing_that_a_build_says_makes_it_fall_or_ends_it(
    *, said: list[Any], application: bool
) -> None:
    """Stages in any order, counts without sense, before and after the plan: no text of its own."""
    progress, told = _progress(optimizing=3.0)
    planned = False
    for word in said:
        match word:
            case Stage():
                progress.planning(word)
            case (size_bytes, files):
                progress.packed(size_bytes, files)
            case True:
                progress.built()
            case False:
                progress.signing()
            case _ if not planned:  # a second plan ends the build
                planned = True
                progress.begin_packing(size_bytes=10, files=3, application=application)
        progress.report()
    percents = [percent for _, percent, _ in told.steps]
    assert percents == sorted(percents)
    assert all(0 <= percent <= 90 for percent in percents)
    statuses = [status for status, _, _ in told.steps]
    assert statuses == sorted(statuses, key=["preparing", "building", "packaging"].index)
    titles = (*TITLES.values(), "Fetching the project", "Packing the application")
    assert all(step.startswith(titles) and len(step) < 100 for _, _, step in told.steps)


@pytest.mark.parametrize(
    "stage",
    [{"name": "Buy now"}, {"name": "optimizing", "done": -1}, {"name": "optimizing", "of": 1.5}],
)
def test_what_is_no_stage_is_refused(stage: dict[str, Any]) -> None:
    """A build that says it is not our own any more."""
    message = msgspec.msgpack.encode({"type": "Planning", "stage": stage})
    with pytest.raises(msgspec.ValidationError):
        msgspec.msgpack.decode(message, type=FromBuild)


def test_a_tally_counts_in_any_order_and_from_any_thread() -> None:
    """What is told only grows, each item once, by what it was said to take."""
    takes_s = [random.Random(number).random() for number in range(100)]
    told: list[Stage] = []
    together = threading.Barrier(4)
    tally = Tally(told.append, "optimizing", len(takes_s), takes_s)

    def count(number: int) -> None:
        together.wait()
        for seconds in takes_s[number::4]:
            tally.add(seconds)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(count, range(4)))
    assert [stage.done for stage in told] == list(range(101))
    shares = [stage.share for stage in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)


GAME = {"game.json": 100, "assets/a.png": 60_000_000, "assets/b.wav": 3_500_000}
PAGE = {"index.html": 100, "a.png": 60_000_000}


@pytest.mark.parametrize(
    ("files", "asked", "stages"),
    [
        (GAME, request("source"), ["reading", "packing"]),
        (GAME, request("web"), ["reading", "bundling", "packing"]),
        (
            GAME,
            request("web", optimize="balanced"),
            ["reading", "bundling", "optimizing", "packing"],
        ),
        (PAGE, request("web", optimize="balanced"), ["reading", "packing"]),
        (PAGE, request("windows"), ["reading", "assembling", "packing"]),
        (
            PAGE | {"package.json": 10},
            request("web", format="single-file"),
            ["reading", "installing", "building", "joining", "packing"],
        ),
    ],
)
def test_stages_are_foreseen_by_names(
    files: dict[str, int], asked: Request, stages: list[str]
) -> None:
    """In their order, whatever the platform; a key to sign with is a stage more."""
    stored = _files(**files)
    costs = forecast(stored, asked, fetch_bytes=0, signed=False)
    assert list(costs) == stages
    assert set(forecast(stored, asked, fetch_bytes=0, signed=True)) == {*stages, "signing"}
    assert costs.get("optimizing", 10.1) == pytest.approx(10.1)


def test_a_huge_project_is_believed_to_take_long_and_no_longer() -> None:
    """And a tiny one something: no stage is nothing."""
    huge = forecast(
        _files(**{"game.json": 1 << 62, "a.png": 1 << 62}),
        request("web", optimize="lossless"),
        fetch_bytes=1 << 62,
        signed=True,
    )
    tiny = forecast(_files(**{"index.html": 0}), request("web"), fetch_bytes=0, signed=False)
    assert max(huge.values()) == MOST_S
    assert min(tiny.values()) > 0
    assert optimizing_s("a.name/without", 1 << 40) == 0


def test_every_stage_has_a_title() -> None:
    """In words, each its own."""
    assert set(TITLES) == set(ORDER)
    assert len(set(TITLES.values())) == len(ORDER)
