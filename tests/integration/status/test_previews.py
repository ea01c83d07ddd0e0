"""Pictures of a film that is being made, as those who watch it get them."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import re
from functools import partial
from typing import TYPE_CHECKING, Any

import aiohttp
import msgspec
import pytest
from PIL import Image
from structlog.testing import capture_logs

from shared.domain.events import ExportRequested
from shared.jetstream.topology import preview_subject
from tests.integration.status.test_rooms import connect_and_read_nothing
from tests.integration.status.watching import (
    COMPLETED,
    REQUESTED,
    STARTED,
    Status,
    next_of,
    until_closed,
)
from tests.measured import measured
from tests.previews import jpeg
from tests.previews import preview as sample
from tests.unit.sample_events import EXPORT

if TYPE_CHECKING:
    from nats.aio.client import Client

FILM = msgspec.structs.replace(REQUESTED, platform="video")
FILM_COMPLETED = msgspec.structs.replace(COMPLETED, platform="video")
PATIENCE_S = 60
SKIPPED = "export_websocket_conflated_total"
SKIPS = 50
MOST_MESSAGE_BYTES = 32_768


preview = partial(sample, EXPORT)


async def send(status: Status, *payloads: bytes) -> None:
    """Publish events, and wait until the server has them."""
    for payload in payloads:
        await status.nc.publish(preview_subject(EXPORT), payload)
    await status.nc.flush()


async def heard(status: Status) -> None:
    """Wait until the service has subscribed: nothing tells its watchers of that."""
    while listeners(status.nc) == 0:  # noqa: ASYNC110 - the server is asked
        await asyncio.sleep(0.02)


def listeners(nc: Client) -> int:
    """How many subscriptions of this connection, which the service shares, hear previews."""
    return sum(s.subject == preview_subject(EXPORT) for s in list(nc._subs.values()))


async def test_a_watcher_sees_the_film_being_made(status: Status) -> None:
    """Each picture as it comes, none of another generation, nothing more once nobody watches."""
    await status.events.publish(FILM)
    socket = await status.connect()
    await next_of(socket, "export-status")
    await heard(status)
    await send(status, preview(generation=2), preview())
    message = await next_of(socket, "preview")
    picture = Image.open(io.BytesIO(base64.b64decode(message.pop("data"))))
    assert (picture.format, picture.size) == ("JPEG", (320, 180))
    assert message == {
        "type": "preview",
        "exportId": EXPORT,
        "generation": 1,
        "frame": 119,
        "frames": 300,
        "fps": 4.25,
        "mediaType": "image/jpeg",
    }
    await socket.close()
    while listeners(status.nc):  # noqa: ASYNC110 - the last visitor has gone
        await asyncio.sleep(0.02)


async def test_who_comes_late_sees_the_last_picture_at_once(status: Status) -> None:
    """While somebody else watches; a retry begins without one."""
    await status.events.publish(FILM)
    first = await status.connect()
    await next_of(first, "export-status")
    await heard(status)
    await send(status, preview(frame=7))
    await next_of(first, "preview")
    late = await status.connect()
    assert (await next_of(late, "preview"))["frame"] == 7
    await status.events.publish(msgspec.structs.replace(FILM, generation=2))
    while (await next_of(first, "export-status"))["state"]["generation"] != 2:
        pass
    third = await status.connect(f"ticket={status.ticket(generation=2)}")
    await next_of(third, "export-status")
    await send(status, preview(frame=8), preview(frame=9, generation=2))
    assert (await next_of(third, "preview"))["frame"] == 9


async def test_no_picture_follows_the_end(status: Status) -> None:
    """The terminal state is the last message, however many pictures are on their way."""
    await status.events.publish(FILM)
    socket = await status.connect()
    await next_of(socket, "export-status")
    await heard(status)
    await send(status, *[preview(frame=frame) for frame in range(100)])
    await status.events.publish(FILM_COMPLETED)
    await send(status, *[preview(frame=frame) for frame in range(100, 200)])
    async with asyncio.timeout(PATIENCE_S):
        messages, code = await until_closed(socket)
    assert (messages[-1]["type"], messages[-1]["state"]["status"], code) == (
        "export-status",
        "completed",
        1000,
    )
    assert listeners(status.nc) == 0


async def test_a_slow_reader_gets_the_newest_alone_and_the_end(status: Status) -> None:
    """Pictures come while it sleeps, until far more were skipped for it than any buffer holds."""
    await status.events.publish(FILM)
    awake = await status.connect()
    await next_of(awake, "export-status")
    reader, writer = await connect_and_read_nothing(status)
    await heard(status)
    skipped, frame = measured(SKIPPED), 0
    data = jpeg() + b"\0" * 18_000 + b"\xff\xd9"
    async with asyncio.timeout(PATIENCE_S):
        while measured(SKIPPED) < skipped + SKIPS:
            frame += 1
            await send(status, preview(frame=frame, frames=frame + 1, data=data))
            while (await next_of(awake, "preview"))["frame"] < frame:
                pass
        received = b""
        while f'"frame":{frame},'.encode() not in received[-MOST_MESSAGE_BYTES:]:
            received += await reader.read(MOST_MESSAGE_BYTES)
        frames = [int(text) for text in re.findall(rb'"frame":(\d+),', received)]
        assert frames == sorted(frames)
        assert len(frames) <= frame - SKIPS
        await status.events.publish(FILM_COMPLETED)
        received = await reader.read(-1)
        assert b'"status":"completed"' in received
        assert b'"type":"preview"' not in received
    writer.close()


HOSTILE: dict[str, bytes] = {
    "no message at all": b"\xc1",
    "json": json.dumps({"exportId": EXPORT}).encode(),
    "another export": sample(EXPORT.replace("1", "2")),
    "far too long": preview() + b"\0" * 40_000,
    "a picture that is too long": preview(data=jpeg() + b"\0" * 20_000 + b"\xff\xd9"),
    "a frame behind the last one": preview(frame=300),
    "a frame before the first one": preview(frame=-1),
    "no frames": preview(frames=0),
    "endlessly many frames": preview(frames=1 << 60, frame=3),
    "endless speed": preview(fps=float("inf")),
    "no number": preview(fps=float("nan")),
    "backwards": preview(fps=-1.0),
    "a generation that none is": preview(generation=0),
    "a picture of another kind": preview(data=b"\x89PNG\r\n\x1a\n" + b"\0" * 100),
    "a page": preview(data=b"\xff\xd8<script>alert(1)</script>\xff\xd9"),
    "half a picture": preview(data=jpeg()[:-20]),
    "a header alone": preview(data=b"\xff\xd8\xff\xd9"),
    "a picture that is too wide": preview(data=jpeg((321, 10))),
    "a picture that is too tall": preview(data=jpeg((10, 641))),
    "a picture as large as a house": preview(
        data=jpeg().replace((320).to_bytes(2), (65_535).to_bytes(2))
    ),
    "a segment that leads outside": preview(data=b"\xff\xd8\xff\xe0\xff\xff\xff\xd9"),
    "a segment without end": preview(data=b"\xff\xd8\xff\xe0\x00\x00\xff\xd9"),
    "nothing": preview(data=b""),
}


@pytest.mark.parametrize("payload", HOSTILE.values(), ids=list(HOSTILE))
async def test_what_is_no_small_picture_is_not_passed_on(status: Status, payload: bytes) -> None:
    """Whoever can publish previews can publish anything; it is told once in the log."""
    await status.events.publish(FILM)
    socket = await status.connect()
    await next_of(socket, "export-status")
    await heard(status)
    with capture_logs() as lines:
        await send(status, payload, payload, preview(frame=5))
        assert (await next_of(socket, "preview"))["frame"] == 5
    told = [line for line in lines if line["event"] == "preview.refused"]
    assert [(line["log_level"], line["export_id"]) for line in told] == [("warning", EXPORT)]
    assert told[0]["reason"]


@pytest.mark.parametrize("options", [{"progressive": True}, {"quality": 1}, {"optimize": True}])
async def test_pictures_of_every_encoder_are_passed_on(
    status: Status, options: dict[str, Any]
) -> None:
    """Upright ones and grey ones too."""
    grey = io.BytesIO()
    Image.new("L", (90, 160)).save(grey, "JPEG", **options)
    pictures = [jpeg(**options), jpeg((320, 568), **options), jpeg((1, 1)), grey.getvalue()]
    await status.events.publish(FILM)
    socket = await status.connect()
    await next_of(socket, "export-status")
    await heard(status)
    for data in pictures:
        await send(status, preview(data=data))
        assert base64.b64decode((await next_of(socket, "preview"))["data"]) == data


async def test_nothing_but_films_is_listened_to(status: Status) -> None:
    """A web build has no pictures, whoever sends some."""
    assert isinstance(REQUESTED, ExportRequested)
    await status.events.publish(REQUESTED)
    socket = await status.connect()
    await next_of(socket, "export-status")
    await status.events.publish(STARTED)
    await next_of(socket, "export-status")
    assert listeners(status.nc) == 0
    await send(status, preview())
    await status.log("after it")
    frames: list[Any] = []
    while not frames or frames[-1]["type"] != "log":
        frame = await socket.receive()
        assert frame.type is aiohttp.WSMsgType.TEXT
        frames.append(json.loads(frame.data))
    assert "preview" not in {frame["type"] for frame in frames}
