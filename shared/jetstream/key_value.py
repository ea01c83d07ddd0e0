"""Typed documents in a NATS key-value bucket, changed by compare-and-set only."""

from __future__ import annotations

import asyncio
import hashlib
import re
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Generic, TypeVar, cast

import msgspec
from nats.errors import MaxPayloadError
from nats.js.errors import BucketNotFoundError, InvalidKeyError

from shared.errors import ConfigurationError, TooLargeError
from shared.jetstream.api_subjects import stream_info
from shared.jetstream.batches import Batches
from shared.jetstream.errors import AWAY, NatsUnavailableError, overtaken
from shared.jetstream.guesses import Guesses
from shared.jetstream.publishing import read_message, store
from shared.jetstream.subject_lists import read_subjects

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from nats.js import JetStreamContext, api
    from nats.js.kv import KeyValue

T = TypeVar("T")
LIST_TIMEOUT_S: Final = 10.0
READ_AT_ONCE: Final = 100  # values
MARKER_S: Final = 3_600.0  # how long a deleted key leaves a trace, for those who watch the bucket
KEEPS_UP_S: Final = MARKER_S / 2  # whoever looks at a bucket more rarely may miss a deletion
EXPECTED: Final = "Nats-Expected-Last-Subject-Sequence"
_KEY: Final = re.compile(r"[-/_=a-zA-Z0-9]+(?:\.+[-/_=a-zA-Z0-9]+)*")


@lru_cache(1_000)
def kv_safe(name: str) -> str:
    """A part of a key that NATS KV accepts for any name at all (user ids carry ``|`` and ``@``)."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]


class Record(msgspec.Struct, Generic[T], frozen=True):
    """A value and the revision it was read at."""

    value: T
    revision: int


Guess = Record[T] | Record[None]  # at what is there
NOTHING: Final = Record(None, 0)  # the guess that a key was never written


class ConflictingWriteError(Exception):
    """Somebody else wrote first; read again and decide anew."""


class Change(Generic[T]):
    """One decision about a value, and what came of it."""

    def __init__(
        self, decide: Callable[[T | None], T | None], guess: Guess[T] | None = None
    ) -> None:
        self._decide = decide
        self.guess = guess
        self._record: Record[T] | None = None
        self._result: T | None = None
        self._error: Exception | None = None

    def make(self, value: T | None) -> T | None:
        """What the value is afterwards; it stays as it is where the decision raises."""
        self._error = None
        try:
            wanted = self._decide(value)
        except Exception as error:  # noqa: BLE001 - its caller's, and of no other in the batch
            self._error, wanted = error, None
        self._result = value if wanted is None else wanted
        return self._result

    def succeed(self, record: Record[T] | None) -> None:
        """It is stored, or nothing was to be."""
        self._record = record

    def fail(self, error: Exception) -> None:
        """It could not be stored."""
        self._error = error

    def outcome(self) -> tuple[T | None, Record[T] | None]:
        """What it has made of the value, and what was stored at last.

        Raises:
            Exception: What it ended with.
        """
        if self._error is not None:
            raise self._error
        return self._result, self._record


class KeyValueStore(Generic[T]):
    """One bucket with values of one type, JSON.

    Args:
        js: A connection.
        bucket: Its name.
        kv: It.
        type_: Of its values.
        guess_s: For so long a change supposes that nobody else has changed what this process wrote;
            its write finds out. Where others write as often as we, that is asked in vain.
    """

    def __init__(
        self,
        js: JetStreamContext,
        bucket: str,
        kv: KeyValue,
        type_: type[T],
        *,
        guess_s: float = 0.0,
    ) -> None:
        self._js = js
        self._guesses = Guesses[Record[T]](js._nc, guess_s)  # noqa: SLF001 - a context shows none
        self._bucket = bucket
        self._kv = kv
        self._decoder = msgspec.json.Decoder(type_)
        self._changes = Batches(self._make)

    @classmethod
    async def bind(
        cls, js: JetStreamContext, bucket: str, type_: type[T], *, guess_s: float = 0.0
    ) -> KeyValueStore[T]:
        """Bind to a bucket that ``streams apply`` has made.

        Raises:
            ConfigurationError: It has not.
        """
        try:
            kv = await js.key_value(bucket)
        except BucketNotFoundError as error:
            message = f"NATS has no bucket {bucket!r}: run `aethel-export streams apply` first"
            raise ConfigurationError(message) from error
        return cls(js, bucket, kv, type_, guess_s=guess_s)

    def decode(self, data: bytes) -> T:
        """A value as it lies in the bucket."""
        return self._decoder.decode(data)

    async def get(self, key: str) -> Record[T] | None:
        """The value, or None where there is none (or it was deleted, or has expired)."""
        found = await self._read(key)
        if found is None or not found.data:
            return None
        return Record(self.decode(found.data), found.seq or 0)

    async def create(self, key: str, value: T) -> int:
        """Store a value where there is none.

        Raises:
            ConflictingWriteError: There is one.
        """
        try:
            return await self._write(key, value, last=0)
        except ConflictingWriteError:
            found = await self._read(key)
            if found is None or found.data:
                raise
            return await self._write(key, value, last=found.seq or 0)  # over a deletion's marker

    async def replace(self, key: str, value: T, *, revision: int) -> int:
        """Store a value over the one read at ``revision``.

        Raises:
            ConflictingWriteError: It has changed since.
        """
        return await self._write(key, value, last=revision)

    async def change(self, key: str, decide: Callable[[T | None], T | None]) -> T | None:
        """Read, decide, write, until nobody came between.

        ``decide`` returning None leaves it as it is. Changes of one key that come while it is being
        changed are written together, each decided over what the one before it has made: so a key
        that many change at once costs two writes of waiting, not one for each.

        Returns:
            What is stored now.
        """
        return (await self._changed(key, Change(decide)))[0]

    async def change_from(
        self, guess: Guess[T], key: str, decide: Callable[[T | None], T | None]
    ) -> Record[T] | None:
        """The same, written over a guess at what is there; it is read only where that is wrong.

        Returns:
            What is stored now, as a guess for the next change.
        """
        return (await self._changed(key, Change(decide, guess)))[1]

    async def _changed(self, key: str, change: Change[T]) -> tuple[T | None, Record[T] | None]:
        await self._changes.do(key, change)
        return change.outcome()

    async def _make(
        self, key: str, changes: Sequence[Change[T]], known: Record[T] | None
    ) -> Record[T] | None:
        """Make changes by one write, over ``known`` where that is still so; what is there now."""
        try:
            guess = known or changes[0].guess or self._guesses.get(key)
            return await self._write_together(key, changes, guess)
        except TooLargeError as error:
            if len(changes) > 1:  # one of them is: alone, the others may fit
                for change in changes:
                    await self._make(key, [change], None)
                return None
            changes[0].fail(error)
        except Exception as error:  # noqa: BLE001 - each of their callers raises it
            for change in changes:
                change.fail(error)
        return None

    async def _write_together(
        self, key: str, changes: Sequence[Change[T]], known: Guess[T] | None
    ) -> Record[T] | None:
        found: Guess[T] | None
        found, guessed = (known, True) if known else (await self.get(key), False)
        while True:
            current = value = found.value if found else None
            for change in changes:
                value = change.make(value)
            if value is not None and value != current:
                with suppress(ConflictingWriteError):
                    found = Record(value, await self._store(key, value, found))
                    break
            elif not guessed:
                break
            found, guessed = await self.get(key), False
        record = cast("Record[T] | None", found)  # it was read or written
        for change in changes:
            change.succeed(record)
        return record

    async def _store(self, key: str, value: T, found: Guess[T] | None) -> int:
        if found is None:
            return await self.create(key, value)
        return await self.replace(key, value, revision=found.revision)

    async def delete(self, key: str, *, marker_s: float = MARKER_S) -> None:
        """Remove a value, whoever wrote it last; its key is still listed for ``marker_s``."""
        try:
            await self._kv.purge(key, msg_ttl=marker_s)
        except AWAY as error:
            raise NatsUnavailableError(f"cannot delete {key!r}: {error!r}") from error

    async def keys(self, pattern: str = ">") -> list[str]:
        """Keys by a subject pattern, sorted; one deleted lately may still be among them."""
        prefix = f"$KV.{self._bucket}."
        subjects: list[str] = []
        while True:
            page, total = await self._subjects(prefix + pattern, offset=len(subjects))
            subjects += page
            if not page or len(subjects) >= total:
                return await asyncio.to_thread(_sorted_keys, subjects, prefix)

    async def values(self, pattern: str = ">") -> AsyncIterator[T]:
        """What keys of a pattern hold, many read at once: not for what users wait for."""
        keys = await self.keys(pattern)
        for at in range(0, len(keys), READ_AT_ONCE):
            for record in await asyncio.gather(*map(self.get, keys[at : at + READ_AT_ONCE])):
                if record is not None:
                    yield record.value

    async def _subjects(self, pattern: str, *, offset: int) -> tuple[list[str], int]:
        """Subjects from ``offset`` on, and how many there are; an answer holds 100,000."""
        request = msgspec.json.encode({"subjects_filter": pattern, "offset": offset})
        nc, asked = self._js._nc, stream_info(f"KV_{self._bucket}")  # noqa: SLF001 - as elsewhere
        try:
            return await read_subjects((await nc.request(asked, request, LIST_TIMEOUT_S)).data)
        except AWAY as error:
            raise NatsUnavailableError(f"cannot list {pattern!r}: {error!r}") from error

    async def _read(self, key: str) -> api.RawStreamMsg | None:
        """What lies there, be it the marker of a deletion, which has no data."""
        subject = f"$KV.{self._bucket}.{key}"
        found = await read_message(self._js, f"KV_{self._bucket}", subject=subject)
        return found if found is not None and found.subject == subject else None

    async def _write(self, key: str, value: T, *, last: int) -> int:
        data = msgspec.json.encode(value)
        try:
            if not _KEY.fullmatch(key):
                raise InvalidKeyError(key)
            subject, expected = f"$KV.{self._bucket}.{key}", {EXPECTED: str(last)}
            published = await store(self._js, subject, data, expected)
        except MaxPayloadError as error:
            message = f"{key!r} would have {len(data)} bytes, more than a message may have"
            raise TooLargeError(message) from error
        except AWAY as error:
            if overtaken(error):
                raise ConflictingWriteError(key) from error
            raise NatsUnavailableError(f"cannot write {key!r}: {error!r}") from error
        self._guesses.put(key, Record(value, published.seq), len(data))
        return published.seq


def _sorted_keys(subjects: list[str], prefix: str) -> list[str]:
    """The keys of subjects, each once: 100,000 take a while."""
    return sorted(dict.fromkeys(subject.removeprefix(prefix) for subject in subjects))
