"""A film is made by those who direct it and those who shoot it, whoever they are."""

from __future__ import annotations

import re
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from shared.domain.events import ExportFailed, ExportPackaged
from shared.domain.preview import decode_preview
from shared.jetstream.topology import preview_subject
from tests.films import numbers

if TYPE_CHECKING:
    from pathlib import Path

    from nats.aio.msg import Msg

    from shared.domain.preview import Preview
    from tests.integration.packager.film.conftest import Filming


async def film_of(filming: Filming, packaged: ExportPackaged, folder: Path) -> Path:
    """The finished film, once its parts are made one object, as the uploader does."""
    artifact, upload = packaged.artifact, packaged.upload
    parts = await filming.storage.list_parts(artifact.key, upload.upload_id)
    await filming.storage.complete_upload(
        artifact.key, upload.upload_id, parts, crc32c=artifact.crc32c
    )
    path = folder / artifact.file_name
    path.write_bytes(await filming.storage.get(artifact.key))
    return path


async def test_two_packagers_share_the_slices_of_a_film(filming: Filming, tmp_path: Path) -> None:
    """All frames are there once, in order; nothing else is left when it has been handed on."""
    filming.play(frame_s=0.02)
    async with filming.packager("one"), filming.packager("two", directs=False):
        event = await filming.ask()
        packaged = await filming.ends(event, "packaged", "failed")
        assert isinstance(packaged, ExportPackaged), packaged
        await filming.gone(event)
    film = await film_of(filming, packaged, tmp_path)
    assert film.suffix == ".mp4"
    assert packaged.artifact.content_type == "video/mp4"
    assert numbers(film) == [*range(60)]
    workers = {line.split()[0] for line in (tmp_path / "takes").read_text().splitlines()}
    assert workers == {"one", "two"}


async def test_a_killed_workers_slice_alone_is_made_again(filming: Filming, tmp_path: Path) -> None:
    """It comes again by itself; the bucket counts the attempts, the film has every frame."""
    filming.play(stays_at=(37, 65))  # of the third slice, and of the fifth
    async with filming.packager("one", browsers=0), filming.process("two", directs=False) as two:
        event = await filming.ask(frames=120)
        begun = ["done", "done", "running", "done", "running", *["waiting"] * 3]
        await filming.until(event, lambda _, records: [r.state for r in records] == begun)
        two.kill()
        filming.play(held=True)
        async with filming.packager("three", directs=False):
            counted = [record.attempts for record in await filming.all_shot(event)]
            packaged = await filming.ends(event, "packaged", "failed")
            assert isinstance(packaged, ExportPackaged), packaged
            await filming.gone(event, but_files=True)  # the dead one's are the sweeper's
    assert numbers(await film_of(filming, packaged, tmp_path)) == [*range(120)]
    assert counted == [1, 1, 2, 1, 2, 1, 1, 1]
    again = Counter(filming.takes) - Counter(set(filming.takes))
    assert set(again) <= {"pictures 30", "pictures 60"}  # dead before, one of them was not begun
    assert again.total() <= 2


async def test_a_director_that_follows_a_killed_one_goes_on(
    filming: Filming, tmp_path: Path
) -> None:
    """With the site and the slices that are there."""
    filming.play(frame_s=0.02)
    async with filming.packager("one", directs=False, browsers=1):
        async with filming.process("two", browsers=0) as two:
            event = await filming.ask(frames=120)
            plan, _ = await filming.until(
                event, lambda plan, records: any(r.state == "done" for r in records) and (plan, 1)
            )
            two.kill()
        async with filming.packager("three", browsers=0):
            packaged = await filming.ends(event, "packaged", "failed")
            assert isinstance(packaged, ExportPackaged), packaged
            await filming.gone(event)
    assert numbers(await film_of(filming, packaged, tmp_path)) == [*range(120)]
    assert len(filming.takes) == len(plan.slices)
    assert "gone on with" in "\n".join(await filming.lines(event))


@pytest.mark.parametrize("after", ["the site", "some slices"])
async def test_a_canceled_film_leaves_nothing(filming: Filming, after: str) -> None:
    """Neither objects nor uploads nor records; those who shoot it stop at once."""
    filming.play(frame_s=0.05)
    async with filming.packager("one"), filming.packager("two", directs=False):
        event = await filming.ask(frames=240)
        if after == "the site":
            await filming.until(event, lambda plan, _: plan)
        else:
            await filming.until(event, lambda _, records: any(r.state == "done" for r in records))
        await filming.cancel(event)
        await filming.ends(event, "stopped")
        await filming.gone(event)
        before = len(filming.takes)
        await filming.at_rest()
        assert len(filming.takes) == before
        assert await filming.left(event) == []
    assert not filming.scratch


async def test_a_page_that_throws_fails_the_film_at_once(filming: Filming) -> None:
    """With the line of the console; the other slices stop, and nothing is left."""
    filming.play(frame_s=0.02, throws_at=40)
    async with filming.packager("one"):
        event = await filming.ask(frames=240)
        failed = await filming.ends(event, "packaged", "failed")
        await filming.gone(event)
        await filming.at_rest()
    assert isinstance(failed, ExportFailed)
    assert failed.error.code == "film-page-error"
    assert "game.js:7: TypeError" in failed.error.message
    assert failed.dead_letter is None
    assert filming.takes.count("pictures 30") == 1


async def test_a_browser_that_dies_each_time_fails_the_film_with_its_reason(
    filming: Filming,
) -> None:
    """After three attempts at the slice; operators find it among the dead letters."""
    filming.play(dies_at=20)
    async with filming.packager("one"):
        event = await filming.ask()
        failed = await filming.ends(event, "packaged", "failed")
        await filming.gone(event)
    assert isinstance(failed, ExportFailed)
    assert failed.error.code == "film-browser-died"
    assert "Part 2 of the film has failed 3 times" in failed.error.message
    assert filming.takes.count("pictures 15") == 3
    assert filming.takes.count("pictures 0") == 1


@pytest.mark.parametrize(("script", "code"), [("black", "film-black"), ("frozen", "film-frozen")])
async def test_a_film_that_shows_nothing_is_a_failure(
    filming: Filming, script: str, code: str
) -> None:
    """That says so, and what can be done about it."""
    filming.play(**{script: True})
    async with filming.packager("one"):
        event = await filming.ask()
        failed = await filming.ends(event, "packaged", "failed")
        await filming.gone(event)
    assert isinstance(failed, ExportFailed)
    assert failed.error.code == code
    assert "options.video.startS" in failed.error.message


async def test_a_worker_that_is_told_to_stop_hands_its_slices_back(
    filming: Filming, tmp_path: Path
) -> None:
    """They do not count as attempts, and come to others at once."""
    filming.play(frame_s=0.05)
    async with filming.packager("one", browsers=0):
        async with filming.packager("two", directs=False, drain_timeout_s=0.1):
            event = await filming.ask()
            await filming.until(
                event, lambda _, records: any(r.state == "running" for r in records)
            )
        await filming.until(
            event, lambda _, records: all(r.state in {"waiting", "done"} for r in records)
        )
        began = time.monotonic()
        async with filming.packager("three", directs=False):
            packaged = await filming.ends(event, "packaged", "failed")
    assert isinstance(packaged, ExportPackaged), packaged
    assert time.monotonic() - began < 25  # no ack wait was waited for
    assert numbers(await film_of(filming, packaged, tmp_path)) == [*range(60)]


async def test_previews_and_progress_tell_how_far_a_film_is(filming: Filming) -> None:
    """Frames, frames a second, and a small picture; nothing ever falls."""
    filming.play(frame_s=0.1)
    shown: list[Preview] = []

    async def show(message: Msg) -> None:
        shown.append(decode_preview(message.data))

    async with filming.packager("one"):
        event = await filming.ask()
        await filming.nc.subscribe(preview_subject(event.export_id), cb=show)
        told = await filming.progress_until(event, "packaged", "failed")
    assert {preview.frames for preview in shown} == {60}
    assert all(0 <= preview.frame < 60 for preview in shown)
    percents = [each.percent for each in told]
    assert percents == sorted(percents)
    steps = [each.step for each in told]
    assert any(re.fullmatch(r"Filming: frame \d+ of 60, [\d.]+ frames/s", step) for step in steps)
    assert {each.status for each in told} <= {"preparing", "building", "packaging"}
