"""A gateway with a preview server, and visitors who have nothing but the links they are given."""

from __future__ import annotations

import asyncio
import zlib
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import aiohttp
import msgspec
from yarl import URL

from cli.local.ports import free_ports
from services.gateway.settings import PreviewSettings
from shared.domain.events import Artifact, ExportCompleted, now
from shared.domain.export_document import Document, fold
from shared.jetstream.event_log import EventLog
from shared.jetstream.key_value import KeyValueStore
from shared.storage import keys
from tests.integration.gateway.conftest import open_gateway
from tests.servers import empty_bucket, empty_nats

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from shared.settings import NatsSettings, S3Settings
    from tests.integration.gateway.conftest import Gateway

DAY: Final = timedelta(days=1)
ZIP: Final = "application/zip"


class Answer(msgspec.Struct, frozen=True):
    """What came back; the body as it was sent, the headers by names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def title(self) -> str:
        """Of a page."""
        return self.body.decode().partition("<h1>")[2].partition("</h1>")[0]


class Arcade:
    """The gateway, ann who has the project ``game``, and a visitor's way to the preview server."""

    def __init__(self, gateway: Gateway, visitor: aiohttp.ClientSession, port: int) -> None:
        self.gateway = gateway
        self.ann = gateway.user("ann")
        self.port = port
        self._visitor = visitor

    async def requested(self, project: str = "game", platform: str = "web", **options: Any) -> str:
        """Ask for an export."""
        body = {"platform": platform, "options": options}
        status, made = await self.ann.call("POST", f"/api/projects/{project}/export", json=body)
        assert status == 202, made
        return str(made["export"]["id"])

    async def finish(
        self,
        export_id: str,
        data: bytes,
        *,
        project: str = "game",
        lives: timedelta = DAY,
        content_type: str = ZIP,
    ) -> Artifact:
        """Let an export be completed, as packager, uploader and status would."""
        js = self.gateway.nc.jetstream()
        events = EventLog(js)
        found = await events.last(export_id)
        assert found is not None
        key = keys.artifact(project, export_id, "game.zip")
        await self.gateway.storage.put(key, data)
        artifact = Artifact(
            key=key,
            file_name="game.zip",
            content_type=content_type,
            size_bytes=len(data),
            sha256=f"{zlib.crc32(data):08x}" * 8,
            crc32c="AAAAAA==",
        )
        done = ExportCompleted(
            **found[1].identity, artifact=artifact, expires_at=now() + lives, build_s=1
        )
        published = await events.publish(done)
        document = fold(fold(None, found[1], found[0]), done, published.seq)
        documents = await KeyValueStore.bind(js, "exports", Document)
        await documents.create(f"{project}.{export_id}", document)
        return artifact

    async def finished(self, data: bytes, *, project: str = "game", **how: Any) -> str:
        """A finished export with this artifact; its path in the API."""
        export_id = await self.requested(project, **how.pop("options", {}))
        await self.finish(export_id, data, project=project, **how)
        return f"/api/projects/{project}/export/{export_id}"

    async def link(self, path: str, **wanted: Any) -> str:
        """Make the link of an export, or of a project; its URL."""
        status, made = await self.ann.call("POST", f"{path}/play", json=wanted)
        assert status in {200, 201}, made
        return str(made["url"])

    async def open(
        self, url: str, path: str = "", *, method: str = "GET", data: Any = None, **headers: str
    ) -> Answer:
        """Ask for a link's page, or for ``path`` below it."""
        parts = urlsplit(url)
        return await self.ask(parts.netloc, parts.path + path, method=method, data=data, **headers)

    async def ask(
        self, host: str, path: str, *, method: str = "GET", data: Any = None, **headers: str
    ) -> Answer:
        """Ask any host for any path, exactly as they are written."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self._visitor.request(
            method,
            URL(f"http://127.0.0.1:{self.port}{path}", encoded=True),
            headers={"Accept-Encoding": "identity", "Host": host, **named},
            data=data,
            allow_redirects=False,
        ) as answer:
            came = {name.lower(): value for name, value in answer.headers.items()}
            return Answer(answer.status, came, await answer.read())

    async def slowly(self, url: str, path: str) -> AsyncGenerator[bytes, None]:
        """Read a file like somebody whose line is thin; who stops has gone."""
        parts = urlsplit(url)
        head = f"GET /{path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n"
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 16)
        try:
            writer.write(head.encode())
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(0.3)  # what would be read ahead is there by then
            while block := await reader.read(1 << 16):
                yield block
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


@asynccontextmanager
async def open_arcade(
    nats: NatsSettings, s3: S3Settings, origin: str = "http://*.localhost:{port}", **settings: Any
) -> AsyncIterator[Arcade]:
    """An arcade on empty servers."""
    (port,) = free_ports(1)
    preview = PreviewSettings(bind=f"127.0.0.1:{port}", origin=origin.format(port=port))
    async with AsyncExitStack() as stack:
        nc = await stack.enter_async_context(empty_nats(nats))
        storage = await stack.enter_async_context(empty_bucket(s3))
        gateway = await stack.enter_async_context(
            open_gateway(nc, storage, preview=preview, **settings)
        )
        visitor = await stack.enter_async_context(
            aiohttp.ClientSession(auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar())
        )
        arcade = Arcade(gateway, visitor, port)
        await arcade.ann.push("game", {"index.html": b"<p>"})
        yield arcade
