"""What films survive: servers that forget, writes that are refused, several at the same work."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from services.packager.film import shooting, sites
from services.packager.film.film_ends import FilmEnds
from services.packager.film.film_store import FilmStore, plan_key, slice_key
from services.packager.film.film_time import FilmTimes
from services.packager.film.records import FilmId, FilmPlan, Piece, SliceRecord, StoredShot
from services.packager.film.site_archive import unpack
from shared.domain.events import ExportFailed, ExportPackaged, Failure
from shared.errors import ExportError
from shared.jetstream.errors import NatsUnavailableError
from shared.jetstream.event_log import EventLog
from shared.jetstream.key_value import EXPECTED, KeyValueStore
from shared.jetstream.topology import FILMS, FILMS_BUCKET
from shared.worker.message import DeliveredMessage
from tests.films import numbers
from tests.integration.packager.film.drawn_studio import DrawnStudio
from tests.integration.packager.film.test_films import film_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from services.packager.film.encoding.finished import Finished
    from shared.domain.events import Event
    from shared.jetstream.publishing import Published
    from tests.integration.packager.film.conftest import Filming


class PassingError(ExportError):
    """Something that may go well another time."""

    code = "passing"
    title = "Something passing"
    retryable = True


async def test_a_film_whose_records_are_lost_is_begun_anew(
    filming: Filming, tmp_path: Path
) -> None:
    """Its director does not wait for slices that nobody shoots without a plan."""
    filming.play(frame_s=0.05)
    plans = await KeyValueStore.bind(filming.nc.jetstream(), FILMS_BUCKET.name, FilmPlan)
    async with filming.packager():
        event = await filming.ask()
        plan, _ = await filming.until(
            event, lambda plan, records: any(r.state == "running" for r in records) and (plan, 1)
        )
        await plans.delete(plan_key(plan.film))
        for number in range(len(plan.slices)):
            await plans.delete(slice_key(plan.film, number))
        packaged = await filming.ends(event, "packaged", "failed")
    assert isinstance(packaged, ExportPackaged), packaged
    assert numbers(await film_of(filming, packaged, tmp_path)) == [*range(60)]


async def test_slices_that_the_queue_has_lost_are_asked_for_again(
    filming: Filming, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under another id, as the one that they had is known for two days."""
    monkeypatch.setattr(shooting, "QUEUE_LOOK_S", 1.0)
    async with filming.packager(browsers=0):
        event = await filming.ask()
        await filming.until(event, lambda plan, _: plan)
        while not (await filming.nc.jetstream().stream_info(FILMS)).state.messages:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        await filming.nc.jetstream().purge_stream(FILMS)
        async with filming.packager("two", directs=False):
            packaged = await filming.ends(event, "packaged", "failed")
    assert isinstance(packaged, ExportPackaged), packaged
    assert numbers(await film_of(filming, packaged, tmp_path)) == [*range(60)]
    assert len(filming.takes) == len(set(filming.takes))


async def test_a_short_film_does_not_wait_for_a_long_one(filming: Filming) -> None:
    """Their slices take turns in the one browser that there is."""
    filming.play(frame_s=0.02)
    async with filming.packager(browsers=1):
        long = await filming.ask(frames=360)
        await filming.until(long, lambda _, records: any(r.state == "done" for r in records))
        short = await filming.ask(frames=15)
        await filming.ends(short, "packaged", "failed")
        undone = await filming.until(
            long, lambda _, records: sum(r.state == "waiting" for r in records)
        )
        await filming.cancel(long)
        await filming.ends(long, "stopped")
    assert undone > 12


@pytest.mark.parametrize("away", [False, True], ids=["there", "away"])
async def test_a_slice_that_comes_again_while_it_is_shot_is_left_to_who_shoots_it(
    filming: Filming, monkeypatch: pytest.MonkeyPatch, *, away: bool
) -> None:
    """Its heartbeats were lost, its worker was not: no failure counts, nothing is done twice.

    Nor where NATS is away as it comes again, and nothing can be known of it.
    """
    is_over, asked = FilmEnds.is_over, Counter[FilmId]()

    async def unheard(ends: FilmEnds, film: FilmId) -> bool:
        asked[film] += 1
        if away and asked[film] > 1:
            raise NatsUnavailableError("no answer")
        return await is_over(ends, film)

    monkeypatch.setattr(FilmEnds, "is_over", unheard)

    async def lost(_message: DeliveredMessage) -> None:
        """As while NATS is away."""

    monkeypatch.setattr(DeliveredMessage, "heartbeat", lost)
    filming.play(stays_at=(5,), held=True)
    async with filming.packager(directs=False), filming.process("two", browsers=0):
        event = await filming.ask(frames=15)
        await filming.until(event, lambda _, records: asked and records[0].frames)
        while asked.total() < 2:  # noqa: ASYNC110 - the server has it in hand
            await asyncio.sleep(0.05)
        await asyncio.sleep(2)  # it would be told within that
        filming.play(held=True)
        records = await filming.all_shot(event)
        packaged = await filming.ends(event, "packaged", "failed")
    assert isinstance(packaged, ExportPackaged), packaged
    assert [(r.attempts, r.failures) for r in records] == [(1, ())]
    assert filming.takes == ["pictures 0"]


async def test_a_record_that_nats_has_refused_is_not_believed(
    filming: Filming, tmp_path: Path
) -> None:
    """Whoever publishes a write is heard, be it taken or not; what is stored counts."""
    filming.play(frame_s=0.05)
    piece = Piece(key="projects/p/films/none", size_bytes=1, sha256="0" * 64)
    false = SliceRecord(state="done", shot=StoredShot(piece=piece, name="slice.mkv", luma_max=1.0))
    async with filming.packager():
        event = await filming.ask(frames=15)
        await filming.until(event, lambda _, records: any(r.state == "running" for r in records))
        for _ in range(5):
            await filming.nc.publish(
                f"{FILMS_BUCKET.prefix}{slice_key(FilmId.of(event), 0)}",
                msgspec.json.encode(false),
                headers={EXPECTED: "1000000"},
            )
            await asyncio.sleep(0.05)
        packaged = await filming.ends(event, "packaged", "failed")
    assert isinstance(packaged, ExportPackaged), packaged
    assert numbers(await film_of(filming, packaged, tmp_path)) == [*range(15)]
    assert filming.takes == ["pictures 0"]


@pytest.mark.parametrize("how", ["lost", "changed"])
async def test_a_slice_that_the_storage_has_lost_is_shot_again(
    filming: Filming, tmp_path: Path, how: str
) -> None:
    """It alone; the film does not fail by it, nor is it tried without end."""
    filming.play(frame_s=0.05)
    async with filming.packager():
        event = await filming.ask()
        shot = await filming.until(
            event, lambda _, records: next((r.shot for r in records if r.shot), None)
        )
        if how == "lost":
            await filming.storage.delete([shot.piece.key])
        else:
            await filming.storage.put(shot.piece.key, b"something else")
        packaged = await filming.ends(event, "packaged", "failed")
    assert isinstance(packaged, ExportPackaged), packaged
    assert numbers(await film_of(filming, packaged, tmp_path)) == [*range(60)]
    assert len(filming.takes) == len(set(filming.takes)) + 1


async def test_a_plan_that_was_stored_unheard_keeps_its_site(
    filming: Filming, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that is lost says nothing: the next attempt goes on with plan and site."""
    keep = FilmStore.keep_plan
    lost: list[FilmPlan] = []

    async def unheard(store: FilmStore, plan: FilmPlan) -> FilmPlan:
        kept = await keep(store, plan)
        if lost:
            return kept
        lost.append(plan)
        raise NatsUnavailableError("the answer is lost")

    monkeypatch.setattr(FilmStore, "keep_plan", unheard)
    async with filming.packager():
        event = await filming.ask(frames=15)
        packaged = await filming.ends(event, "packaged", "failed")
    assert isinstance(packaged, ExportPackaged), packaged
    assert numbers(await film_of(filming, packaged, tmp_path)) == [*range(15)]
    assert "gone on with" in "\n".join(await filming.lines(event))


async def test_waiting_for_a_browser_costs_nothing_where_the_film_fails(filming: Filming) -> None:
    """As little as where it is made."""
    filming.play(throws_at=0)
    async with filming.packager(browsers=0):
        event = await filming.ask(frames=15)
        await filming.until(event, lambda plan, _: plan)
        await asyncio.sleep(5)
        async with filming.packager("two", directs=False):
            failed = await filming.ends(event, "packaged", "failed")
            began = await filming.ends(event, "started")
    assert isinstance(failed, ExportFailed)
    assert failed.error.code == "film-page-error"
    assert isinstance(failed.build_s, float)
    assert failed.build_s < (failed.at - began.at).total_seconds() - 3


async def test_a_slice_is_not_shot_again_because_nats_was_away_as_it_was_stored(
    filming: Filming, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its worker keeps it until it is taken, as little as that is known meanwhile."""
    change, refused = FilmStore.change, Counter[int]()

    async def away(
        store: FilmStore,
        film: FilmId,
        number: int,
        decide: Callable[[SliceRecord], SliceRecord | None],
    ) -> SliceRecord:
        wanted = decide(await store.slice(film, number))
        if wanted and wanted.state == "done" and refused[number] < 2:
            refused[number] += 1
            raise NatsUnavailableError("no answer")
        return await change(store, film, number, decide)

    monkeypatch.setattr(FilmStore, "change", away)
    async with filming.packager():
        event = await filming.ask()
        packaged = await filming.ends(event, "packaged", "failed")
    assert isinstance(packaged, ExportPackaged), packaged
    assert numbers(await film_of(filming, packaged, tmp_path)) == [*range(60)]
    assert len(filming.takes) == len(set(filming.takes)) == len(refused)


async def test_the_sites_of_films_that_take_turns_are_unpacked_once(
    filming: Filming, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are kept beside one another."""
    unpacked: list[Path] = []

    def noted(archive: Path, folder: Path) -> None:
        unpacked.append(folder)
        unpack(archive, folder)

    monkeypatch.setattr(sites, "unpack", noted)
    filming.play(frame_s=0.01)
    async with filming.packager(browsers=1):
        films = [await filming.ask(), await filming.ask()]
        for event in films:
            packaged = await filming.ends(event, "packaged", "failed")
            assert isinstance(packaged, ExportPackaged), packaged
            await filming.gone(event)
    assert len(unpacked) == 2
    assert not filming.scratch


async def test_a_film_is_kept_until_the_stream_has_that_it_was_handed_on(
    filming: Filming, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stream that has no leader takes nothing of what is announced; then its maker may go."""
    publish = EventLog.publish
    left: list[list[str]] = []

    async def unheard(events: EventLog, event: Event, **how: Any) -> Published:
        if isinstance(event, ExportPackaged) and not left:
            await filming.nc.publish(event.subject, b"{}", headers={EXPECTED: "1000000"})
            await asyncio.sleep(1)
            left.append(await filming.left(asked))
        return await publish(events, event, **how)

    monkeypatch.setattr(EventLog, "publish", unheard)
    async with filming.packager():
        asked = await filming.ask(frames=15)
        await filming.ends(asked, "packaged", "failed")
        await filming.gone(asked)
    assert "plan" in left[0]


async def test_a_film_that_cannot_be_made_in_time_is_refused_with_what_would_fit(
    filming: Filming,
) -> None:
    """Before anybody films any of it; its site goes, too."""
    async with filming.packager(times=FilmTimes(shot_s=3.5)):
        event = await filming.ask(frames=240, keyframeInterval=240)
        failed = await filming.ends(event, "packaged", "failed")
        await filming.gone(event)
    assert isinstance(failed, ExportFailed)
    assert failed.error.code == "film-too-heavy"
    assert re.search(r"At 192 × 108 the first \d+ frames fit", failed.error.message)
    assert filming.takes == []


async def test_a_slice_that_gets_on_takes_longer_than_was_reckoned(
    filming: Filming, tmp_path: Path
) -> None:
    """As long as it will be there within the time of a film; what will not is ended."""
    filming.play(frame_s=0.5)
    async with filming.packager(times=FilmTimes(shot_s=3.8, film_s=60.0)):
        event = await filming.ask(frames=15)
        packaged = await filming.ends(event, "packaged", "failed")
    assert isinstance(packaged, ExportPackaged), packaged
    assert numbers(await film_of(filming, packaged, tmp_path)) == [*range(15)]
    async with filming.packager("two", times=FilmTimes(shot_s=3.8, film_s=5.0)):
        event = await filming.ask(frames=15)
        failed = await filming.ends(event, "packaged", "failed")
    assert isinstance(failed, ExportFailed)
    assert failed.error.code == "film-too-heavy"
    assert re.search(r"has \d+ of 15 frames .* in which \d+ would", failed.error.message)


async def test_a_film_that_is_given_up_leaves_nothing_and_can_be_replayed(
    filming: Filming, tmp_path: Path
) -> None:
    """Its dead letter brings it back: it is filmed once more."""

    class Unfinished(DrawnStudio):
        """Its machine is not what it should be, today."""

        broken = True

        async def finish(self, *what: Any) -> Finished:
            if self.broken:
                raise PassingError("the disk is slow")
            return await super().finish(*what)

    studio = Unfinished(filming.folder, "one")
    async with filming.packager(studio=studio):
        event = await filming.ask(frames=15)
        failed = await filming.ends(event, "packaged", "failed")
        await filming.gone(event)
        assert isinstance(failed, ExportFailed)
        assert failed.dead_letter is not None
        studio.broken = False
        again = msgspec.structs.replace(event, generation=2)
        await filming.events.publish(again)
        packaged = await filming.ends(again, "packaged")
        await filming.gone(again)
    assert isinstance(packaged, ExportPackaged)
    assert packaged.generation == 2
    assert numbers(await film_of(filming, packaged, tmp_path)) == [*range(15)]


async def test_a_film_whose_director_died_goes_when_others_have_failed_it(filming: Filming) -> None:
    """Whoever films hears that: nothing waits for its time to be over."""
    async with filming.packager("two", directs=False, browsers=0):
        async with filming.process("one") as one:
            filming.play(frame_s=0.5)
            event = await filming.ask()
            await filming.until(event, lambda _, records: any(r.attempts for r in records))
            one.kill()
        why = Failure(code="lost", message="nothing of it moves", retryable=False)
        end = ExportFailed(**event.identity, stage="build", error=why)
        await filming.events.publish(end)
        await filming.gone(event, but_files=True)  # what was not in any record is the sweeper's
        assert not [each for each in await filming.left(event) if each.endswith("site.zip")]
