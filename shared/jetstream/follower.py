"""Follows a stream without a consumer: a bell tells that something came, and reading tells what.

Whoever may create a consumer may delete any other of that stream. So nobody does: a publish to a
stream is also a plain message, which rings; then everything is read that the stream has stored
after what was heard last. What the stream has refused rings, too, and is never heard.

The bell also tells what to look for: once that is read, nothing more is asked until it rings again.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import nats.errors
import structlog

from shared.jetstream.batch_get import MOST, read_from_leader, read_stored
from shared.jetstream.errors import AWAY, NatsUnavailableError
from shared.jetstream.publishing import read_message
from shared.jetstream.stream_life import look_at
from shared.jetstream.unread import UnreadBells

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.aio.subscription import Subscription

    from shared.jetstream.batch_get import Stored
    from shared.jetstream.stream_life import StreamLife
    from shared.jetstream.topology import Bucket

    Read = Callable[..., Awaitable[list[Stored]]]

log = structlog.get_logger()

# Until what has rung is read: it is stored after that, and a replica that answers may be late.
PAUSES_S: Final = (0.02, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0)
LOOK_S: Final = 1.0  # between two looks at whether the connection was lost
CHECKED_S: Final = 10.0  # between two questions to the leader: a bell may be lost, a stream renewed
CAUGHT_UP_S: Final = 10.0  # how long hearing what the leader has may take
WAIT_S: Final = 1.0  # until NATS is asked again that did not answer


class StreamFollower:
    """Hands on every message of a subject as it is stored, in the order of the stream.

    Bells of a moment ring once, and one read is under way at a time, however many messages come.

    Args:
        nc: A connection.
        stream: Its name.
        subject: With wildcards.
        on_message: Takes each message; it must not wait.
        on_renewed: The stream has begun anew: what was heard is void, and all is heard again.
        newest_only: The stream keeps one message of each subject.
        at_least: So many are asked for in one read, although fewer have rung.
        leisure_s: How much longer nobody minds waiting for what has rung: more is read at once.
        read: Reads what is stored after a sequence; from any replica where nothing else is said.
    """

    def __init__(
        self,
        nc: Client,
        stream: str,
        subject: str,
        on_message: Callable[[Stored], None],
        *,
        on_renewed: Callable[[], None] = lambda: None,
        newest_only: bool = False,
        at_least: int = MOST,
        leisure_s: Callable[[], float] = lambda: 0.0,
        read: Read = read_stored,
    ) -> None:
        self._nc = nc
        self._leisure_s = leisure_s
        self._js = nc.jetstream()
        self._stream = stream
        self._subject = subject
        self._on_message = on_message
        self._on_renewed = on_renewed
        self._at_least = at_least
        self._read = read
        self._life: StreamLife = (None, "")
        self._reading = asyncio.Lock()
        self._rung = asyncio.Event()
        self._unread = UnreadBells(newest_only=newest_only)
        self._came = asyncio.Event()
        self._subscription: Subscription | None = None
        self._task: asyncio.Task[None] | None = None
        self._closed = False
        self._wanted = 0  # the sequence that somebody waits for
        self.seq = 0  # heard last

    @property
    def life(self) -> StreamLife:
        """Of the stream that is followed."""
        return self._life

    async def start(self, *, after_seq: int | None = None) -> None:
        """Follow from behind a sequence on, or from now on.

        It listens before it looks: what is stored in between has rung, and is asked for until a
        replica has it. Where it cannot look, it listens no more: nobody would read what rings.

        Raises:
            NatsUnavailableError: NATS does not answer; it may be called again.
        """
        try:
            await self._listen()
            self._life, last_seq = await look_at(self._nc, self._stream)
        except BaseException:
            await self._listen_no_more()
            raise
        self.seq = last_seq if after_seq is None else after_seq
        self._wanted = last_seq
        self._rung.set()
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Follow no longer."""
        self._closed = True  # the client may miss a cancel while it waits for an answer
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._listen_no_more()

    async def reached(self, seq: int, *, patience_s: float) -> None:
        """Wait until everything up to ``seq`` is heard, or ``patience_s`` are over.

        Raises:
            NatsUnavailableError: NATS does not answer.
        """
        self._wanted = max(self._wanted, seq)
        with suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                while self.seq < seq:
                    if not await self._catch_up(seq):
                        self._rung.set()
                        await self._next(PAUSES_S[-1])

    async def news(self, *, patience_s: float) -> None:
        """Wait until one more message is heard, or ``patience_s`` are over."""
        heard = self.seq
        with suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                while self.seq == heard:
                    await self._next(patience_s)

    async def check(self) -> None:
        """Ask the leader whether all was heard, and whether it is still the same stream.

        Raises:
            NatsUnavailableError: NATS does not answer.
        """
        heard = self.seq
        life, last_seq = await look_at(self._nc, self._stream)
        if life != self._life or last_seq < heard:
            log.warning("stream.renewed", stream=self._stream, heard=heard, last_seq=last_seq)
            async with self._reading:
                self._life, self.seq, self._wanted = life, 0, 0
                self._on_renewed()
        newest = await read_message(self._js, self._stream, subject=self._subject)
        if newest is not None and newest.seq is not None:
            await self.reached(newest.seq, patience_s=CAUGHT_UP_S)

    async def _listen(self) -> None:
        try:
            self._subscription = await self._nc.subscribe(self._subject, cb=self._on_bell)
        except AWAY as error:
            raise NatsUnavailableError(f"{self._stream} is not heard: {error!r}") from error

    async def _listen_no_more(self) -> None:
        subscription, self._subscription = self._subscription, None
        if subscription is not None:
            with suppress(nats.errors.Error):
                await subscription.unsubscribe()
        self._unread.clear()

    async def _on_bell(self, message: Msg) -> None:
        self._unread.ring(message.subject, message.data)
        self._rung.set()

    async def _next(self, longest_s: float) -> None:
        """Wait until something more is heard, or ``longest_s`` are over."""
        self._came.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(longest_s):
                await self._came.wait()

    async def _run(self) -> None:
        clock = asyncio.get_running_loop().time
        checked_at, connections = clock(), self._nc.stats["reconnects"]
        while not (self._closed or self._nc.is_closed):
            await self._until_rung(LOOK_S)
            try:
                if self._rung.is_set():
                    await self._settle()
                reconnects = self._nc.stats["reconnects"]
                if reconnects != connections or clock() - checked_at >= CHECKED_S:
                    await self.check()
                    checked_at, connections = clock(), reconnects
            except (*AWAY, NatsUnavailableError) as error:
                log.warning("follower.waiting", stream=self._stream, error=repr(error))
                self._rung.set()
                await asyncio.sleep(WAIT_S)

    async def _settle(self) -> None:
        """Read again and again, ever more seldom, until all that has rung is read."""
        if leisure_s := self._leisure_s():
            await self._next(leisure_s)
            if self._has_all:  # somebody could not wait
                self._rung.clear()
                return
        for pause_s in PAUSES_S:
            self._rung.clear()
            await asyncio.sleep(PAUSES_S[0])
            await self._until_rung(pause_s - PAUSES_S[0])
            self._unread.give_up()
            found = await self._catch_up()
            if self._has_all:
                self._rung.clear()
                return
            if found or self._rung.is_set():
                self._rung.set()
                return
        self._wanted = 0

    @property
    def _has_all(self) -> bool:
        return not self._unread and self.seq >= self._wanted

    async def _until_rung(self, longest_s: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(longest_s):
                await self._rung.wait()

    async def _catch_up(self, seq: int | None = None) -> bool:
        """Read all that has rung, unless ``seq`` has been heard meanwhile; whether it was any."""
        async with self._reading:
            if seq is not None and self.seq >= seq:
                return True
            heard = self.seq
            while await self._read_some():
                pass
            if self.seq != heard:
                self._came.set()
            return self.seq != heard

    async def _read_some(self) -> bool:
        """Read as many as have rung, or all where none has; whether there may be more."""
        limit = min(max(len(self._unread) or MOST, self._at_least), MOST)
        found = await self._read(
            self._nc, self._stream, self._subject, after_seq=self.seq, limit=limit
        )
        for message in found:
            self.seq = message.seq
            self._unread.read(message)
            self._on_message(message)
        return len(found) == limit and (bool(self._unread) or limit == MOST)


def follow_bucket(
    nc: Client,
    bucket: Bucket,
    on_message: Callable[[Stored], None],
    *,
    on_renewed: Callable[[], None] = lambda: None,
) -> StreamFollower:
    """Follow the documents of a bucket, each as it is now; its leader alone answers."""
    return StreamFollower(
        nc,
        bucket.stream,
        bucket.subjects,
        on_message,
        on_renewed=on_renewed,
        newest_only=True,
        at_least=1,
        read=read_from_leader,
    )
