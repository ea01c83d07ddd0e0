"""Users take turns at the browsers that film, and within a user the films do."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from shared.domain.events import ExportPackaged
from shared.jetstream.topology import FILMS
from tests.films import numbers
from tests.integration.packager.film.test_films import film_of

if TYPE_CHECKING:
    from pathlib import Path

    from services.packager.film.records import FilmPlan, SliceRecord
    from shared.domain.events import ExportRequested
    from tests.integration.packager.film.conftest import Filming

MANY = 5


async def _many(filming: Filming) -> list[ExportRequested]:
    """Films of one user, each with two slices in the queue; nobody films yet."""
    films = [await filming.ask(user="many", frames=180) for _ in range(MANY)]
    js = filming.nc.jetstream()
    while (await js.stream_info(FILMS)).state.messages < 2 * MANY:  # noqa: ASYNC110 - it is asked
        await asyncio.sleep(0.05)
    return films


async def _cancel(filming: Filming, films: list[ExportRequested]) -> None:
    for film in films:
        await filming.cancel(film)
    for film in films:
        await filming.ends(film, "stopped")
        await filming.gone(film, but_files=True)


async def test_one_film_does_not_wait_behind_all_of_another_user(
    filming: Filming, tmp_path: Path
) -> None:
    """Its slices take every other turn, however many are in the queue before them."""
    filming.play(frame_s=0.02)
    async with filming.packager("director", browsers=0, films=MANY + 1):
        films = await _many(filming)
        one = await filming.ask(user="one", frames=45)
        await filming.until(one, lambda plan, _: plan)
        async with filming.packager("worker", directs=False, browsers=1):
            packaged = await filming.ends(one, "packaged", "failed")
            taken = len(filming.takes)
            await _cancel(filming, films)
    assert isinstance(packaged, ExportPackaged), packaged
    assert numbers(await film_of(filming, packaged, tmp_path)) == [*range(45)]
    assert taken < 2 * MANY  # in the order of the queue it would be more than twice that


async def test_a_slice_out_of_turn_whose_worker_is_killed_comes_again(
    filming: Filming, tmp_path: Path
) -> None:
    """By its message, which has stayed in the queue; the attempt counts as any other."""
    filming.play(frame_s=0.1, held=True)

    def early(_plan: FilmPlan, records: list[SliceRecord]) -> bool:
        return any(r.state == "running" and r.doubted is not None for r in records)

    async with filming.packager("director", browsers=0, films=MANY + 1):
        films = await _many(filming)
        one = await filming.ask(user="one", frames=15)
        await filming.until(one, lambda plan, _: plan)
        async with filming.process("two", directs=False, browsers=1) as two:
            await filming.until(one, early)
            two.kill()
        filming.play(held=True)
        await _cancel(filming, films)
        async with filming.packager("three", directs=False):
            (record,) = await filming.all_shot(one)
            packaged = await filming.ends(one, "packaged", "failed")
    assert isinstance(packaged, ExportPackaged), packaged
    assert numbers(await film_of(filming, packaged, tmp_path)) == [*range(15)]
    assert record.attempts == 2
    assert [failure.code for failure in record.failures] == ["worker-lost"]


async def test_what_is_left_of_a_canceled_film_keeps_no_browser_from_others(
    filming: Filming,
) -> None:
    """Nobody wants its slices: whose turn it is goes by the films that are made."""
    async with filming.packager("director", browsers=0, films=2):
        film = await filming.ask(user="many", frames=30)
        await filming.until(film, lambda plan, _: plan)
        canceled = await filming.ask(user="one", frames=30)
        await filming.until(canceled, lambda plan, _: plan)
        js = filming.nc.jetstream()
        while (await js.stream_info(FILMS)).state.messages < 4:  # noqa: ASYNC110 - it is asked
            await asyncio.sleep(0.05)
        await _cancel(filming, [canceled])
        filming.play(stays_at=(5, 20))
        async with filming.packager("two", directs=False, browsers=1):
            await filming.until(film, lambda _, records: records[0].state == "running")
            async with filming.packager("three", directs=False, browsers=1):
                await filming.until(film, lambda _, records: records[1].state == "running")
                filming.play()
                packaged = await filming.ends(film, "packaged", "failed")
    assert isinstance(packaged, ExportPackaged), packaged
