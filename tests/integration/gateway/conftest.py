from __future__ import annotations

import asyncio
import hashlib
import io
from contextlib import AsyncExitStack, asynccontextmanager
from copy import copy
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import aiohttp
import msgspec
import pytest_asyncio

from cli.local.ports import free_ports
from services.gateway.app import create_app
from services.gateway.dependencies import assemble
from services.gateway.page.assembly import page_handlers
from services.gateway.settings import (
    GatewaySettings,
    Limits,
    PageSettings,
    PlanSettings,
    PreviewSettings,
    UserLimits,
)
from shared.identity.settings import SecretSettings, TokenSettings
from shared.jetstream import topology
from shared.service.health import chatter_check, headroom_check, nats_check, storage_check
from shared.service.process import listen, serve, together
from shared.settings import LogSettings, NatsSettings, S3Settings, origins
from shared.storage.ranged_reads import open_ranged_reads
from shared.tokens import Tokens, User
from tests.integration.gateway.described import check_described
from tests.servers import storage_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from litestar import Litestar
    from nats.aio.client import Client

    from services.gateway.dependencies import Dependencies
    from shared.storage.bucket import Storage

TOKENS = Tokens("0123456789abcdef" * 4)
SEE_OTHER = 303
USER_LIMITS = UserLimits()
PREVIEW = PreviewSettings(bind="127.0.0.1:0")  # any port: for those who do not play
NO_PAGE = PageSettings(folder="/nonexistent/export-page")
LIMITS = Limits(project_bytes=64 << 20, files=200, file_bytes=40 << 20)


class Caller:
    """One user's way to the gateway."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, user: str | None, **claims: Any
    ) -> None:
        self.session = session
        self.url = url
        token = TOKENS.bearer(User(user_id=user, **claims)) if user else None
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def call(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        """Status and body, JSON where it is."""
        headers = {**self.headers, **options.pop("headers", {})}
        async with self.session.request(
            method, self.url + path, headers=headers, allow_redirects=False, **options
        ) as answer:
            if "json" in answer.headers.get("Content-Type", ""):
                body = await answer.json(content_type=None)
                check_described(method, path, answer.status, body)
                return answer.status, body
            return answer.status, dict(
                answer.headers
            ) if answer.status == 303 else await answer.read()

    async def push(self, project: str, files: dict[str, bytes]) -> str:
        """Send everything one blob at a time; the snapshot's name."""
        for data in files.values():
            status, body = await self.call(
                "PUT", f"/api/projects/{project}/blobs/{sha(data)}", data=io.BytesIO(data)
            )
            assert status == 201, body
        status, body = await self.call(
            "PUT", f"/api/projects/{project}/snapshot", json=manifest(files)
        )
        assert status == 201, body
        return str(body["snapshot"])


class Gateway:
    """A running gateway and the servers behind it.

    ``storage`` is the bucket as the tests see it, ``own`` as the gateway does.
    """

    def __init__(
        self, session: aiohttp.ClientSession, url: str, nc: Client, storage: Storage, own: Storage
    ) -> None:
        self._session = session
        self.url = url
        self.nc = nc
        self.storage = storage
        self.own = own

    def user(self, name: str | None, **claims: Any) -> Caller:
        """Somebody, with further claims; None: nobody."""
        return Caller(self._session, self.url, name, **claims)


def sha(data: bytes) -> str:
    """Hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def manifest(files: dict[str, bytes]) -> dict[str, Any]:
    """As a client writes it."""
    return {
        "files": {path: {"sha256": sha(data), "size": len(data)} for path, data in files.items()}
    }


class Made(NamedTuple):
    """The real application, for one test after another: only what its routes use is each one's.

    To make one takes longer than most tests.
    """

    app: Litestar
    deps: Dependencies
    checks: dict[str, Callable[[], Awaitable[None]]]

    @classmethod
    def of(
        cls,
        deps: Dependencies,
        settings: GatewaySettings,
        tokens: Tokens,
        requests_per_second: int,
    ) -> Made:
        """A new one."""
        own, checks = copy(deps), dict[str, Any]()
        app = create_app(
            own,
            checks=checks,
            origins=sorted(origins(settings.cors_origins)),
            requests_per_second=requests_per_second,
            page=page_handlers(settings, tokens),
        )
        return cls(app, own, checks)

    def use(self, deps: Dependencies, checks: dict[str, Callable[[], Awaitable[None]]]) -> None:
        """Answer with these from now on."""
        for name, value in msgspec.structs.asdict(deps).items():
            msgspec.structs.force_setattr(self.deps, name, value)
        self.checks.clear()
        self.checks.update(checks)


MADE: Final[dict[tuple[str, str], list[Made]]] = {}  # those that no test uses now, by kind


@asynccontextmanager
async def running(
    nc: Client,
    own: Storage,
    *,
    spool_bytes: int = 64 << 20,
    user_limits: UserLimits = USER_LIMITS,
    preview: PreviewSettings = PREVIEW,
    cors_origins: str = "https://editor.example",
    requests_per_second: int = 0,
    page: PageSettings = NO_PAGE,
    tokens: Tokens = TOKENS,
) -> AsyncIterator[str]:
    """The real application behind a real HTTP server."""
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    settings = GatewaySettings(
        nats=NatsSettings(),
        s3=S3Settings(bucket=own.bucket),
        logs=LogSettings(),
        limits=LIMITS,
        user_limits=user_limits,
        preview=preview,
        page=page,
        bind=f"127.0.0.1:{port}",
        cors_origins=cors_origins,
        tokens=TokenSettings(secrets=SecretSettings(secret="")),
        public_url=url,
        websocket_url="ws://status",
        plans=PlanSettings(default_plan="unlimited"),
        requests_per_minute=0,
        spool_bytes=spool_bytes,
    )
    cleanup = AsyncExitStack()
    reads = await cleanup.enter_async_context(open_ranged_reads(own))
    deps = await assemble(nc, own, reads, tokens, settings)
    checks = {
        "nats": nats_check(nc, topology.EXPORTS),
        "storage": storage_check(own),
        "headroom": headroom_check(deps.headroom),
        "chatter": chatter_check(lambda: deps.exports.chatter.away),
    }
    usual = (tokens, page, requests_per_second) == (TOKENS, NO_PAGE, 0)
    kind = (cors_origins, preview.origin) if usual else None
    unused = MADE.get(kind, []) if kind else []
    made = unused.pop() if unused else Made.of(deps, settings, tokens, requests_per_second)
    made.use(deps, checks)
    stop = asyncio.Event()
    server = asyncio.create_task(
        together(
            stop,
            deps.bulk_replays.run(stop),
            serve(made.app, listen(f"127.0.0.1:{port}"), stop),
            serve(deps.play.preview, listen(preview.bind), stop),
        )
    )
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                await (await session.get(f"{url}/livez")).read()
                break
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.02)
    yield url
    stop.set()
    await server
    await cleanup.aclose()
    if kind:
        MADE.setdefault(kind, []).append(made)


@asynccontextmanager
async def open_gateway(nc: Client, storage: Storage, **settings: Any) -> AsyncIterator[Gateway]:
    """A running gateway on these servers."""
    async with (
        storage_of("gateway", storage) as own,
        running(nc, own, **settings) as url,
        aiohttp.ClientSession() as session,
    ):
        yield Gateway(session, url, nc, storage, own)


@pytest_asyncio.fixture
async def gateway(nc: Client, storage: Storage) -> AsyncIterator[Gateway]:
    """The gateway on empty servers."""
    async with open_gateway(nc, storage) as opened:
        yield opened
