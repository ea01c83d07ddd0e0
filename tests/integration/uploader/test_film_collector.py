"""What films were made of goes, where those who made them did not live to delete it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from services.uploader.gc import film_collector
from services.uploader.gc.film_collector import FilmCollector
from services.uploader.gc.retention import KeptExport
from shared.domain.events import now
from shared.storage import keys

if TYPE_CHECKING:
    import pytest

    from shared.storage.bucket import Storage


def export(export_id: str, *, runs: bool) -> KeptExport:
    """One that runs, or has ended just now."""
    return KeptExport(
        project_id="p",
        export_id=export_id,
        user_id="u",
        snapshot=None,
        runs=runs,
        ended_or_expired_at=None if runs else now(),
        has_dead_letter=False,
        uploads=(),
    )


async def test_pieces_of_films_that_have_ended_go(
    storage: Storage, uploaders_storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not those of a film that is being made, nor of an export that is not known yet."""
    films = {name: keys.film("p", name, 1, "0-slice.mkv") for name in ("ended", "runs", "new")}
    others = [keys.film("q", "ended", 1, "site.zip"), keys.artifact("p", "b", "game.zip")]
    for key in (*films.values(), *others):
        await storage.put(key, b"x")
    exports = [export("ended", runs=False), export("runs", runs=True)]
    collector = FilmCollector(uploaders_storage, grace=timedelta(hours=1))
    assert await collector.collect("p", exports) == 0  # whoever made them may still delete them
    monkeypatch.setattr(film_collector, "ENDED", timedelta(0))
    assert await collector.collect("p", exports) == 1
    left = {item.key async for item in storage.objects("")}
    assert left == {films["runs"], films["new"], *others}
    monkeypatch.setattr(film_collector, "LONGEST", timedelta(0))
    everything = FilmCollector(uploaders_storage, grace=timedelta(0))
    assert await everything.collect("p", exports) == 2
