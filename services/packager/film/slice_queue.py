"""The queue of slices: asked for by directors, taken by whoever has a browser free."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.film.records import SliceOrder
from shared.jetstream.batch_get import read_stored
from shared.jetstream.publishing import publish, read_message
from shared.jetstream.pull_loop import pull
from shared.jetstream.topology import FILM_SLICES, FILMS, slice_subject
from shared.tracing.context import current

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

    from services.packager.film.records import FilmId, FilmPlan
    from shared.jetstream.batch_get import Stored

PATIENCE_S: Final = 30.0  # NATS may be electing a leader

decode_order: Final = msgspec.json.Decoder(SliceOrder).decode


class SliceQueue:
    """Asks for slices; asked for twice, one is in the queue once."""

    def __init__(self, js: JetStreamContext) -> None:
        self._js = js

    async def ask(self, plan: FilmPlan, number: int, *, turn: str) -> None:
        """Ask for a slice of a film.

        Args:
            plan: The film's; one that is planned anew is asked for anew.
            number: Of the slice.
            turn: Asked for in the same turn, it is in the queue once.

        Raises:
            NatsUnavailableError: The queue does not take it.
        """
        film, site = plan.film, plan.site.key.rpartition("/")[2]
        order = SliceOrder(
            project_id=film.project_id,
            export_id=film.export_id,
            generation=film.generation,
            number=number,
            user_id=plan.user_id,
        )
        place = current()
        headers = {
            "Aethel-Export-Id": film.export_id,
            "Nats-Msg-Id": f"slice:{film.export_id}:{film.generation}:{site}:{number}:{turn}",
            **(place.headers if place else {}),
        }
        subject = slice_subject(film.export_id, film.generation, number)
        payload = msgspec.json.encode(order)
        await publish(self._js, subject, payload, headers, patience_s=PATIENCE_S)

    async def has(self, film: FilmId, number: int) -> bool:
        """Whether a slice is asked for, be it in somebody's hands already.

        Raises:
            NatsUnavailableError: The queue does not answer.
        """
        subject = slice_subject(film.export_id, film.generation, number)
        return await read_message(self._js, FILMS, subject=subject) is not None

    async def oldest(self) -> list[Stored]:
        """Everything that is asked for, be it in somebody's hands or not; at most ``MOST``.

        Raises:
            NatsUnavailableError: The queue does not answer.
        """
        nc = self._js._nc  # noqa: SLF001 - a context reads one message at a time
        return await read_stored(nc, FILMS, slice_subject("*", "*", "*"))

    async def take(
        self,
        handle: Callable[[Msg], Awaitable[None]],
        stop: asyncio.Event,
        *,
        ahead: Callable[[], Awaitable[bool]],
    ) -> None:
        """Give ``handle`` one order after the other, until told to stop.

        Args:
            handle: Acknowledges the message, or hands it back.
            stop: Ends it.
            ahead: Does what is to be done before the next message; true where there was something.
        """
        await pull(self._js, FILMS, FILM_SLICES, handle, stop, ahead=ahead)
