"""The film collector deletes what films were made of, where whoever made them did not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from shared.domain.events import now
from shared.jetstream.topology import FILMS_S
from shared.storage import keys

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.uploader.gc.retention import KeptExport
    from shared.storage.bucket import Storage

ENDED: Final = timedelta(minutes=10)  # who made the film deletes it within seconds
LONGEST: Final = timedelta(seconds=FILMS_S)  # what is older is no film's that is being made


class FilmCollector:
    """Collects the leftovers of one project at a time.

    Args:
        storage: The bucket.
        grace: How old must be what belongs to an export that nobody knows (yet).
    """

    def __init__(self, storage: Storage, *, grace: timedelta) -> None:
        self._storage = storage
        self._grace = grace

    async def collect(self, project_id: str, exports: Iterable[KeptExport]) -> int:
        """Delete the pieces of films that have ended, and those that are too old.

        Returns:
            How many went.
        """
        least = {each.export_id: LONGEST if each.runs else ENDED for each in exports}
        at = now()
        gone = [
            item.key
            async for item in self._storage.objects(keys.films(project_id))
            if item.modified <= at - least.get(keys.film_export(item.key), self._grace)
        ]
        return await self._storage.delete(gone)
