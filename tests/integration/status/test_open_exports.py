"""A restarted status process knows which exports have not ended, without reading all documents."""

from __future__ import annotations

import asyncio
import random
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import msgspec
import nats
import pytest

from services.status.document_news import DocumentNews
from services.status.recovery import open_exports
from services.status.recovery.max_deliveries import MaxDeliveriesHandler
from services.status.recovery.open_exports import SETTLED_S, OpenExports
from services.status.recovery.reaper import Reaper
from shared.domain.export_document import fold
from shared.jetstream import topology
from shared.jetstream.batch_get import read_from_leader
from shared.jetstream.errors import AWAY
from shared.jetstream.topology import EXPORTS_BUCKET
from shared.stores.exports import bind_exports, export_key
from shared.stores.open_exports import OpenExportsNotes
from tests.own_nats import own_nats
from tests.unit.sample_events import generation

if TYPE_CHECKING:
    from pathlib import Path

    from nats.aio.client import Client
    from nats.js import JetStreamContext
    from nats.js.kv import KeyValue

    from shared.jetstream.batch_get import Stored

EVENTS = generation()
OPEN = msgspec.json.encode(fold(None, EVENTS[0], 1))
ENDED = msgspec.json.encode(fold(fold(None, EVENTS[0], 1), EVENTS[8], 2))
CHANGES = 60
NO_STOP = asyncio.Event()


class Clock:
    """Jumps from one note to the next."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Bucket:
    """The documents, changed at random, and what is true of them."""

    def __init__(self, bucket: KeyValue, seed: int) -> None:
        self._bucket = bucket
        self._random = random.Random(seed)
        self.open: set[str] = set()

    async def change(self, times: int) -> set[str]:
        """Begin, end or delete some exports; which ones."""
        changed = set()
        for _ in range(times):
            key = export_key("p", f"export-{self._random.randrange(40)}")
            value = self._random.choice([OPEN, OPEN, ENDED, ENDED, None])
            await (self._bucket.put(key, value) if value else self._bucket.purge(key))
            changed.add(key)
            (self.open.add if value == OPEN else self.open.discard)(key)
        return changed


async def known(exports: OpenExports) -> set[str]:
    """Those that a process takes for open once it has read what it must."""
    await exports.catch_up(NO_STOP)
    return {key for key, _ in exports.quiet(0)}


async def heard(news: DocumentNews, revision: int) -> None:
    """Wait until a document that was written now is heard."""
    while news.seq < revision:  # noqa: ASYNC110 - it wakes nobody
        await asyncio.sleep(0.01)


async def answers(js: JetStreamContext) -> None:
    """Wait until a server that has come back is asked, and knows its streams."""
    while True:
        with suppress(*AWAY):
            await js.stream_info(EXPORTS_BUCKET.stream)
            return
        await asyncio.sleep(0.05)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys of the documents of before that were read."""
    keys: list[str] = []

    async def noted(*arguments: Any, **options: Any) -> list[Stored]:
        found = await read_from_leader(*arguments, **options)
        keys.extend(message.subject.removeprefix(EXPORTS_BUCKET.prefix) for message in found)
        return found

    monkeypatch.setattr(open_exports, "read_from_leader", noted)
    return keys


@pytest.mark.parametrize("named", [open_exports.NAMED, 3])
async def test_a_restarted_process_reads_what_has_changed(
    nc: Client, read: list[str], named: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever happened before its note and after it; also where too many are open to name all."""
    monkeypatch.setattr(open_exports, "NAMED", named)
    js, clock = nc.jetstream(), Clock()
    bucket, notes = Bucket(await js.key_value("exports"), named), await OpenExportsNotes.bind(js)
    await bucket.change(CHANGES)
    async with DocumentNews(nc) as news:
        exports = OpenExports(nc, news, notes, clock=clock)
        assert await known(exports) == bucket.open
        assert set(read) >= bucket.open
        await exports.write_note()
        assert await notes.read() is None  # what it tells of may not have reached the disk
        clock.now += SETTLED_S
        await exports.write_note()
    changed = await bucket.change(CHANGES // 6)
    read.clear()
    async with DocumentNews(nc) as news:
        assert await known(OpenExports(nc, news, notes)) == bucket.open
    assert changed <= set(read)
    if named > CHANGES:
        assert changed == set(read)


async def test_a_note_of_another_life_is_not_believed(nc: Client, read: list[str]) -> None:
    """A bucket that was made anew, or brought back, gives sequences again."""
    js, clock = nc.jetstream(), Clock()
    bucket, notes = Bucket(await js.key_value("exports"), 1), await OpenExportsNotes.bind(js)
    await bucket.change(CHANGES)
    async with DocumentNews(nc) as news:
        exports = OpenExports(nc, news, notes, clock=clock)
        await known(exports)
        for _ in range(2):
            await exports.write_note()
            clock.now += SETTLED_S
        note = await notes.read()
        assert note is not None
        await notes.write(msgspec.structs.replace(note, life=(None, "brought back")))
        read.clear()
        assert await known(OpenExports(nc, news, notes)) == bucket.open
    assert set(read) >= bucket.open


async def test_what_ends_while_documents_are_read_is_not_open(nc: Client) -> None:
    """What is heard meanwhile is newer than what was there before."""
    js = nc.jetstream()
    bucket = await js.key_value("exports")
    await bucket.put("p.a", OPEN)
    async with DocumentNews(nc) as news:
        exports = OpenExports(nc, news, await OpenExportsNotes.bind(js))
        last = await bucket.put("p.b", OPEN)
        await heard(news, last)
        assert await known(exports) == {"p.a", "p.b"}
        last = await bucket.put("p.a", ENDED)
        await heard(news, last)
        assert await known(exports) == {"p.b"}


async def test_what_a_later_version_has_written_is_kept_for_it(nc: Client) -> None:
    """During a rolling update: whoever cannot read a document does not know that it has ended."""
    js, clock = nc.jetstream(), Clock()
    bucket, notes = await js.key_value("exports"), await OpenExportsNotes.bind(js)
    unread = {"p.outline": b'{"of": "a later version"}', "p.whole": b'{"state":{"status":"later"}}'}
    for key, value in unread.items():
        await bucket.put(key, value)
    await bucket.put("p.gone", OPEN)
    async with DocumentNews(nc) as news:
        exports = OpenExports(nc, news, notes, clock=clock)
        reaper = Reaper(
            nc,
            exports,
            await bind_exports(js),
            MaxDeliveriesHandler(js),
            attempt_s=900,
            patience_s=0,
            clock=clock,
        )
        assert await known(exports) == {"p.gone", *unread}
        await heard(news, await bucket.purge("p.gone"))
        await reaper.examine_quiet()
        for _ in range(2):
            await exports.write_note()
            clock.now += SETTLED_S
    note = await notes.read()
    assert note is not None
    assert set(note.keys) == set(unread)


async def test_what_a_power_cut_has_taken_is_in_no_note(tmp_path: Path) -> None:
    """NATS loses its last minutes while this process lives on, and gives the sequences again."""
    store, copy, clock = tmp_path / "store", tmp_path / "copy", Clock()

    def lose_what_came_since() -> None:
        shutil.rmtree(store)
        copy.rename(store)

    with own_nats(tmp_path / "server", jetstream={"store_dir": str(store)}) as server:
        nc = await nats.connect(server.address, max_reconnect_attempts=-1, reconnect_time_wait=0.1)
        js = nc.jetstream()
        await topology.apply(js)
        bucket, notes = await js.key_value("exports"), await OpenExportsNotes.bind(js)
        await bucket.put("p.a", OPEN)
        server.start_again(lambda: shutil.copytree(store, copy))
        await answers(js)
        async with DocumentNews(nc) as news:
            exports = OpenExports(nc, news, notes, clock=clock)
            assert await known(exports) == {"p.a"}
            await bucket.put("p.a", ENDED)
            await heard(news, await bucket.put("p.b", ENDED))
            assert await known(exports) == set()
            await exports.write_note()  # it is held
            server.start_again(lose_what_came_since)
            await answers(js)
            await bucket.put("p.c", OPEN)
            for expected in (None, {"p.a", "p.c"}):
                clock.now += SETTLED_S
                await exports.write_note()
                note = await notes.read()
                assert (note and set(note.keys)) == expected
        await nc.close()
