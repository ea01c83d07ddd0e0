"""What becomes of a slice's record."""

from __future__ import annotations

import pytest

from services.packager.film.film_verdict import failure_of, judge
from services.packager.film.records import FilmId, FilmPlan, Piece, Slice, SliceRecord, StoredShot
from services.packager.film.slice_record import (
    advanced,
    begun,
    done,
    doubted,
    failed,
    handed_back,
)
from services.packager.film.studio.errors import (
    BrowserDiedError,
    FilmBlackError,
    FilmFrozenError,
    FilmPageError,
)
from shared.domain.build_warnings import BuildWarnings
from shared.errors import ProjectError
from shared.worker.retry import WORKER_LOST
from tests.films import film_spec

PIECE = Piece(key="k", size_bytes=1, sha256="0" * 64)


def shot(*, luma: float = 0.5, difference: float = 0.1) -> StoredShot:
    """One whose pictures were measured."""
    return StoredShot(piece=PIECE, name="slice.mkv", luma_max=luma, difference_max=difference)


def test_an_attempt_without_an_end_has_lost_its_worker() -> None:
    """The third one is the last: nobody tries a fourth time."""
    record = SliceRecord()
    for attempt in (1, 2, 3):
        record = begun(record, f"w{attempt}")
        assert (record.state, record.attempts, record.worker) == ("running", attempt, f"w{attempt}")
    record = begun(record, "w4")
    assert record.state == "failed"
    assert [failure.code for failure in record.failures] == [WORKER_LOST] * 3
    assert not isinstance(failure_of(0, record), ProjectError)


def test_what_lies_in_the_project_is_not_tried_again() -> None:
    """The film fails under the slice's own code, as its maker's fault."""
    record = failed(begun(SliceRecord(), "w"), "w", FilmPageError("a.js:1: x"))
    assert record is not None
    assert record.state == "failed"
    error = failure_of(3, record)
    assert isinstance(error, ProjectError)
    assert error.code == "film-page-error"
    assert "a.js:1: x" in str(error)


def test_what_does_not_is_tried_three_times() -> None:
    """And says so."""
    record = SliceRecord()
    for state in ("waiting", "waiting", "failed"):
        found = failed(begun(record, "w"), "w", BrowserDiedError("it died"))
        assert found is not None
        record = found
        assert record.state == state
    error = failure_of(3, record)
    assert not error.retryable
    assert "part 4 of the film has failed 3 times" in str(error)


def test_what_is_handed_back_does_not_count() -> None:
    """A worker that ends takes no attempt away from the slice."""
    record = handed_back(begun(SliceRecord(), "w"), "w")
    assert record is not None
    assert (record.state, record.attempts, record.failures) == ("waiting", 0, ())


def test_one_that_was_thought_dead_ends_no_attempt_of_another() -> None:
    """Neither by a failure nor as it hands its own back."""
    record = begun(begun(SliceRecord(), "slow"), "quick")
    assert failed(record, "slow", BrowserDiedError("it died")) is None
    assert failed(record, "slow", FilmPageError("a.js:1: x")) is None
    assert handed_back(record, "slow") is None


def test_only_the_worker_at_work_tells_frames() -> None:
    """One that was thought dead, and is not, changes nothing."""
    record = begun(SliceRecord(), "w")
    assert advanced(record, "other", frames=3, fps=1.0) is None
    told = advanced(record, "w", frames=3, fps=1.0)
    assert told is not None
    assert told.frames == 3
    assert advanced(done(record, shot=shot(), frames=5, fps=1.0), "w", frames=3, fps=1.0) is None


def test_the_message_of_an_attempt_out_of_turn_notes_its_signs_of_life() -> None:
    """So that its next delivery can tell without listening; nobody doubts what was delivered."""
    early = begun(SliceRecord(), "w", out_of_turn=True)
    assert early.doubted == -1
    noted = doubted(early)
    assert noted is not None
    assert noted.doubted == noted.beats
    told = advanced(noted, "w", frames=3, fps=1.0)
    assert told is not None
    assert told.doubted != told.beats
    in_turn = begun(told, "w2")
    assert in_turn.doubted is None
    assert doubted(in_turn) is None
    assert doubted(SliceRecord()) is None


def plan(*counts: int) -> FilmPlan:
    """A film of slices with so many frames."""
    firsts = [sum(counts[:number]) for number in range(len(counts))]
    return FilmPlan(
        film=FilmId("p", "e", 1),
        spec=film_spec(frames=sum(counts)),
        site=PIECE,
        game="engine",
        slices=tuple(Slice(first=f, count=c) for f, c in zip(firsts, counts, strict=True)),
        build_key="0" * 64,
        file_name="film.mp4",
        warnings=BuildWarnings(),
        reusable=True,
    )


def records(*shots: StoredShot) -> list[SliceRecord]:
    """Those of slices that are there."""
    return [SliceRecord(state="done", shot=each) for each in shots]


def test_black_and_frozen_are_judged_over_all_slices() -> None:
    """One that is dark, or still, is no failure."""
    dark, still, moving = shot(luma=0.0, difference=0.0), shot(difference=0.0), shot()
    judge(plan(5, 5), records(dark, moving))
    judge(plan(5, 5), records(still, moving))
    judge(plan(5, 5), records(still, shot(luma=0.6, difference=0.0)))  # a cut between the two
    judge(plan(1), records(still))
    with pytest.raises(FilmBlackError):
        judge(plan(5, 5), records(dark, dark))
    with pytest.raises(FilmFrozenError):
        judge(plan(5, 5), records(still, still))
