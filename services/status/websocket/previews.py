"""The newest picture of one film, heard while somebody watches the film being made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog

from services.status.websocket.preview_check import BadPreviewError, checked
from services.status.websocket.send_buffer import outgoing
from shared.jetstream.topology import preview_subject

if TYPE_CHECKING:
    from collections.abc import Callable

    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.aio.subscription import Subscription

    from services.status.websocket.send_buffer import Outgoing
    from shared.domain.export_document import Document

log = structlog.get_logger()

FILMED: Final = "video"  # the platform whose exports are filmed
MOST_WAITING: Final = 8  # events that this process has not looked at yet; further ones are let go


class Previews:
    """Hears the previews of one export: of a film, of its current generation, until it ends.

    They are in no stream: one that nobody hears is gone, and the next comes within seconds.
    """

    def __init__(self, nc: Client, export_id: str) -> None:
        self._nc = nc
        self._export_id = export_id
        self._on_news: Callable[[Outgoing], None] | None = None
        self._subscription: Subscription | None = None
        self._generation = 0
        self._refused = False
        self._newest: Outgoing | None = None

    @property
    def newest(self) -> Outgoing | None:
        """The last one of the generation that is under way, for who joins late."""
        return self._newest

    async def follow(self, document: Document, on_news: Callable[[Outgoing], None]) -> None:
        """Hear, or hear no longer, as the newest document of the export says.

        Args:
            document: What is known of the export; it never falls back.
            on_news: Is called with each preview, and must not wait.
        """
        if document.generation != self._generation:
            self._generation, self._newest = document.generation, None
        if document.state.platform != FILMED or document.state.ended:
            await self.close()
        elif self._subscription is None:
            self._on_news = on_news
            self._subscription = await self._nc.subscribe(
                preview_subject(self._export_id), cb=self._take, pending_msgs_limit=MOST_WAITING
            )

    async def close(self) -> None:
        """Hear no longer, and forget the picture."""
        subscription, self._subscription, self._newest = self._subscription, None, None
        if subscription is not None and not self._nc.is_closed:
            await subscription.unsubscribe()

    async def _take(self, message: Msg) -> None:
        try:
            preview = checked(message.data, export_id=self._export_id)
        except BadPreviewError as error:
            self._refuse(str(error))
            return
        if preview.generation == self._generation and self._subscription and self._on_news:
            self._newest = outgoing(preview)
            self._on_news(self._newest)

    def _refuse(self, reason: str) -> None:
        """Say so once for each room: whoever sends them may send very many."""
        if not self._refused:
            self._refused = True
            log.warning("preview.refused", export_id=self._export_id, reason=reason)
