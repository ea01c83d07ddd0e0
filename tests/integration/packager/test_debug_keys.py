"""Debug keys of projects, which packagers make, agree on and keep."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec
import pytest

from services.packager.signing.android.debug_key import kept_debug_key, new_debug_key
from services.packager.signing.keys import KeyBrokenError
from shared.jetstream.connection import connect
from shared.jetstream.errors import NatsUnavailableError
from shared.stores.debug_keys import BUCKET, DebugKey, DebugKeys

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from shared.settings import NatsSettings


async def test_packagers_that_make_one_at_the_same_time_agree(js: JetStreamContext) -> None:
    """Of sixteen that were overtaken by one another the first one's counts, for all of them."""
    made: list[DebugKey] = []

    def make(project_id: str) -> DebugKey:
        made.append(new_debug_key(project_id))
        return made[-1]

    packagers = [await DebugKeys.bind(js) for _ in range(16)]
    found = await asyncio.gather(*(each.of("p1", make) for each in packagers))
    assert len(made) > 1
    assert len({key.certificate for key in found}) == 1
    other = await packagers[0].of("p2", new_debug_key)
    assert other.certificate != found[0].certificate
    assert await packagers[0].of("p1", new_debug_key) == found[0]


async def test_a_key_that_was_forgotten_is_made_anew(js: JetStreamContext) -> None:
    """Over the marker that its deletion has left; a project's name is no pattern."""
    keys = await DebugKeys.bind(js)
    first = {name: await keys.of(name, new_debug_key) for name in ("p1", "p11", "p-1")}
    await keys.forget("p1")
    await keys.forget("never-was")
    again = {name: await keys.of(name, new_debug_key) for name in first}
    assert [name for name in first if again[name] != first[name]] == ["p1"]


async def test_nobody_signs_with_a_key_that_is_not_kept(
    js: JetStreamContext, nats_settings: NatsSettings
) -> None:
    """Where NATS has gone, the export is one to be tried again."""
    nc = await connect(nats_settings, name="packager")
    keys = await DebugKeys.bind(nc.jetstream())
    await nc.close()
    with pytest.raises(NatsUnavailableError) as refused:
        await keys.of("p1", new_debug_key)
    assert refused.value.retryable
    assert (await (await DebugKeys.bind(js)).of("p1", new_debug_key)).certificate


async def test_a_key_that_cannot_be_read_is_told(js: JetStreamContext) -> None:
    """With what an operator can do, which is what the error says; then there is a new one."""
    bucket = await js.key_value(BUCKET)
    whole = msgspec.json.encode(new_debug_key("p1"))
    other = new_debug_key("p1")
    mixed = msgspec.structs.replace(new_debug_key("p1"), certificate=other.certificate)
    for damaged in (b"?", b"{}", whole[:-9], whole.replace(b"M", b"N"), msgspec.json.encode(mixed)):
        await bucket.put("p1", damaged)
        with pytest.raises(KeyBrokenError, match="debug key cannot be read") as told:
            await kept_debug_key(await DebugKeys.bind(js), "p1")
        assert "`nats kv del debug-keys p1`" in str(told.value)
        assert f"stream KV_{BUCKET} of a backup" in str(told.value)
        await bucket.delete("p1")
        assert (await kept_debug_key(await DebugKeys.bind(js), "p1")).is_debug
