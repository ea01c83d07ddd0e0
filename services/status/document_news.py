"""Every document as it is written, heard once in this process and passed on to all who want it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from shared.jetstream.follower import follow_bucket
from shared.jetstream.topology import EXPORTS_BUCKET

if TYPE_CHECKING:
    from collections.abc import Callable

    from nats.aio.client import Client

    from shared.jetstream.batch_get import Stored
    from shared.jetstream.stream_life import StreamLife


class DocumentNews:
    """From the start on; what was there before is in the bucket."""

    def __init__(self, nc: Client) -> None:
        self._follower = follow_bucket(nc, EXPORTS_BUCKET, self._pass_on, on_renewed=self._renewed)
        self._listeners: list[tuple[Callable[[Stored], None], Callable[[], None]]] = []

    @property
    def life(self) -> StreamLife:
        """Of the bucket."""
        return self._follower.life

    @property
    def seq(self) -> int:
        """Up to which everything has been heard, or was there before."""
        return self._follower.seq

    def listen(
        self, listener: Callable[[Stored], None], *, on_renewed: Callable[[], None] = lambda: None
    ) -> None:
        """Pass every document on to ``listener``, which must not wait.

        Args:
            listener: Takes each.
            on_renewed: The bucket has lost what was written last, or begun anew: revisions are
                given again, and everything is passed on once more.
        """
        self._listeners.append((listener, on_renewed))

    async def check(self) -> None:
        """See whether the bucket is still what was heard of.

        Raises:
            NatsUnavailableError: NATS does not answer.
        """
        await self._follower.check()

    async def __aenter__(self) -> Self:
        """Begin to listen.

        Raises:
            NatsUnavailableError: NATS does not answer.
        """
        await self._follower.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Listen no longer."""
        await self._follower.close()

    def _pass_on(self, message: Stored) -> None:
        for listener, _ in self._listeners:
            listener(message)

    def _renewed(self) -> None:
        for _, on_renewed in self._listeners:
            on_renewed()
