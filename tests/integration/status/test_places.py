from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from services.status.websocket.access import Refused
from services.status.websocket.places import PER_EXPORT, SocketPlaces
from shared.errors import TooManyRequestsError
from shared.service.cell_rate import CellRate
from shared.tokens import Ticket
from tests.integration.status.watching import running, until_closed
from tests.unit.sample_events import requested

if TYPE_CHECKING:
    from nats.aio.client import Client

    from tests.integration.status.watching import Status


async def test_a_ticket_opens_a_few_sockets(status: Status) -> None:
    """One more is told so and closed with 4529; where one has gone, there is a place again."""
    await status.events.publish(requested())
    query = f"ticket={status.ticket()}"
    held = [await status.connect(query) for _ in range(PER_EXPORT)]
    for socket in held:
        assert (await socket.receive_json())["type"] == "ready"
    messages, code = await until_closed(await status.connect(query))
    assert code == 4529
    assert messages[0]["code"] == "too-many-sockets"
    await held.pop().close()
    while True:
        socket = await status.connect(query)
        if (await socket.receive_json())["type"] == "ready":
            break
    for socket in held:
        await socket.close()


async def test_a_flood_of_sockets_is_held_back(nc: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has signed in and opens ever more waits, then is refused; others come in at once."""

    def take(_: CellRate, user_id: str) -> float:
        if user_id == "far too fast":
            raise TooManyRequestsError("at most 10 sockets a second", 7)
        return 3_600.0 if user_id == "too fast" else 0.0

    monkeypatch.setattr(CellRate, "take", take)
    async with running(nc, drain_timeout_s=1) as status:  # who is held back is not waited for
        await _flood(status)


async def _flood(status: Status) -> None:
    await status.events.publish(requested())
    waiting = asyncio.create_task(status.connect(f"ticket={status.ticket(user_id='too fast')}"))
    messages, code = await until_closed(
        await status.connect(f"ticket={status.ticket(user_id='far too fast')}")
    )
    assert (code, messages[0]["code"]) == (4529, "too-many-sockets")
    other = await status.connect()
    assert (await other.receive_json())["type"] == "ready"
    assert not waiting.done()
    waiting.cancel()
    await other.close()


def test_places_are_counted_by_user_and_export() -> None:
    """Whatever anybody opens, nobody has more than they may; all places come back."""
    places = SocketPlaces(per_user=3, per_export=2)

    def ticket(user: str, export: str) -> Ticket:
        return Ticket(use="watch", export_id=export, project_id="p", user_id=user)

    with places.place(ticket("ann", "1")), places.place(ticket("ann", "1")):
        with pytest.raises(Refused, match="on this export"), places.place(ticket("ann", "1")):
            pass
        with places.place(ticket("ann", "2")), places.place(ticket("eve", "1")):
            with pytest.raises(Refused) as refused, places.place(ticket("ann", "3")):
                pass
            assert refused.value.close_code == 4529
    assert not places._taken
