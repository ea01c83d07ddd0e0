"""What one attacker tries, each attack a call that returns when it has been held off.

Answers are not looked at: ``tests/hostile`` does that. Here only the load counts.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import struct
import sys
import time
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import aiohttp

from tests.engine import component, entity, level, project
from tests.hostile.media_files import claiming, flat_png, game, many_views, painted, sound

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping

HEAD_BYTES: Final = 48 << 20
SLOW_BODY_S: Final = 20.0
SOCKETS: Final = 200
PATHS: Final = 120_000
DEEP_PATHS: Final = 3_000
DEPTH: Final = 250
CHAIN: Final = 1_500
TRIES: Final = 400  # of a heavy export's state, a quarter of a second apart
EXPORTS: Final = "/api/projects/{}/export"
ENDED: Final = {"completed", "failed", "canceled", "expired"}


class Attacker:
    """A user with a connection that it may use as it likes."""

    def __init__(self, gateway_url: str, status_url: str, token: str, rng: random.Random) -> None:
        self._gateway_url = gateway_url
        self._status_url = status_url
        self._rng = rng
        self._headers = {"Authorization": f"Bearer {token}"}

    async def run(self) -> None:
        """One attack after the other, in random order, for ever."""
        timeout = aiohttp.ClientTimeout(total=120)
        async with aiohttp.ClientSession(headers=self._headers, timeout=timeout) as session:
            while True:
                attack = self._rng.choice(ATTACKS)
                with suppress(aiohttp.ClientError, OSError, TimeoutError):
                    await attack(self, session)

    async def endless_head(self, session: aiohttp.ClientSession) -> None:
        """A request head of 48 MB, to the gateway or to the status service."""
        del session
        url = urlsplit(self._rng.choice([self._gateway_url, self._status_url]))
        reader, writer = await asyncio.open_connection(url.hostname, url.port)
        try:
            writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nX: ")
            for _ in range(HEAD_BYTES >> 16):
                writer.write(b"a" * (1 << 16))
                await writer.drain()
            await reader.read()
        finally:
            writer.close()

    async def wide_manifest(self, session: aiohttp.ClientSession) -> None:
        """120,000 paths in 200 folders."""
        await self._manifest(session, (f"{n % 200}/file-{n}" for n in range(PATHS)))

    async def deep_manifest(self, session: aiohttp.ClientSession) -> None:
        """Paths of 250 folders."""
        folders = "a/" * DEPTH
        await self._manifest(session, (f"{folders}{n}" for n in range(DEEP_PATHS)))

    async def nested_json(self, session: aiohttp.ClientSession) -> None:
        """Brackets in brackets."""
        body = b"[" * 200_000
        await self._post(session, EXPORTS.format(self._project()), body)

    async def lying_zip(self, session: aiohttp.ClientSession) -> None:
        """A ZIP whose directory lies at the end of the world."""
        end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 9, 9, 46, (1 << 32) - 1, 0)
        path = f"/api/projects/{self._project()}/import"
        await self._post(session, path, bytes(1 << 20) + end, kind="application/zip")

    async def slow_body(self, session: aiohttp.ClientSession) -> None:
        """A byte a second."""
        until = time.monotonic() + SLOW_BODY_S

        async def body() -> AsyncIterator[bytes]:
            while time.monotonic() < until:
                yield b"x"
                await asyncio.sleep(1)

        path = f"/api/projects/{self._project()}/blobs/{uuid.uuid4().hex * 2}"
        headers = {"Content-Length": str(8 << 20), "Content-Type": "application/octet-stream"}
        async with session.put(self._url(path), data=body(), headers=headers) as answer:
            await answer.read()

    async def many_projects(self, session: aiohttp.ClientSession) -> None:
        """New names, each with as large settings as it may have."""
        settings = {"settings": {"note": "x" * 60_000}}
        for _ in range(20):
            body = {"id": uuid.uuid4().hex, "name": "x", **settings}
            async with session.post(self._url("/api/projects"), json=body) as answer:
                await answer.read()

    async def many_sockets(self, session: aiohttp.ClientSession) -> None:
        """One ticket for two hundred sockets."""
        asked = await self._export(session, game(), {"platform": "source"})
        if asked is None:
            return
        opened: list[aiohttp.ClientWebSocketResponse] = []
        try:
            while len(opened) < SOCKETS:
                opened += [await session.ws_connect(asked["websocketUrl"])]
        finally:
            for socket in opened:
                await socket.close()

    async def heavy_export(self, session: aiohttp.ClientSession) -> None:
        """Whatever strains a build, by a project and by its options."""
        files = self._rng.choice(HEAVY)()
        patterns = ["**/a*" * 8] * 40
        options = {"optimize": "balanced", "excludePatterns": self._rng.choice([[], patterns])}
        body = {"platform": "web", "options": options, "fresh": True}
        asked = await self._export(session, files, body)
        # Ten wait at a time, at most: whoever waits for none of them soon has his quota full.
        for _ in range(TRIES if asked else 0):
            async with session.get(asked["statusUrl"]) as answer:
                if not answer.ok or (await answer.json())["export"]["status"] in ENDED:
                    return
            await asyncio.sleep(0.25)

    async def _export(
        self, session: aiohttp.ClientSession, files: Mapping[str, bytes], body: dict[str, Any]
    ) -> Any:
        """What the gateway says to the request; None where it refuses."""
        name = self._project()
        if not await self._push(session, name, files):
            return None
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        url = self._url(EXPORTS.format(name))
        async with session.post(url, json=body, headers=headers) as answer:
            return await answer.json() if answer.ok else None

    async def _push(
        self, session: aiohttp.ClientSession, name: str, files: Mapping[str, bytes]
    ) -> bool:
        manifest = {
            path: {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
            for path, data in files.items()
        }
        url = self._url(f"/api/projects/{name}/snapshot")
        async with session.put(url, json={"files": manifest}) as answer:
            await answer.read()
        for path, data in files.items():
            blob = self._url(f"/api/projects/{name}/blobs/{manifest[path]['sha256']}")
            async with session.put(blob, data=data) as answer:
                await answer.read()
        async with session.put(url, json={"files": manifest}) as answer:
            await answer.read()
            return answer.ok

    async def _manifest(self, session: aiohttp.ClientSession, paths: Iterable[str]) -> None:
        entry = {"sha256": "0" * 64, "size": 1}
        body = await asyncio.to_thread(lambda: json.dumps({"files": dict.fromkeys(paths, entry)}))
        url = self._url(f"/api/projects/{self._project()}/snapshot")
        headers = {"Content-Type": "application/json"}
        async with session.put(url, data=body.encode(), headers=headers) as answer:
            await answer.read()

    async def _post(
        self,
        session: aiohttp.ClientSession,
        path: str,
        body: bytes,
        kind: str = "application/json",
    ) -> None:
        headers = {"Content-Type": kind}
        async with session.post(self._url(path), data=body, headers=headers) as answer:
            await answer.read()

    def _project(self) -> str:
        return f"evil-{self._rng.randrange(8)}"

    def _url(self, path: str) -> str:
        return f"{self._gateway_url}{path}"


def _scripts(**texts: str) -> dict[str, bytes]:
    scene = level(entity("e", component("Script", scriptId="scripts/main.ts")))
    files = {f"scripts/{name}.ts": text.encode() for name, text in texts.items()}
    return project(**{"scenes/main.json": scene, **files})


def endless_import() -> dict[str, bytes]:
    """A script that asks the compiler to read without end."""
    return _scripts(main='import "/dev/zero"; import a from "./**/*"; export default a;')


def long_chain() -> dict[str, bytes]:
    """Scripts that import each other, one after the other."""
    links = {f"n{n}": f'import "./n{n + 1}";' for n in range(CHAIN)}
    return _scripts(main='import "./n0";', **links, **{f"n{CHAIN}": ""})


def bombs() -> dict[str, bytes]:
    """Pictures of few bytes and many pixels."""
    images = {"assets/color.png": flat_png(4_000, 4_000)}
    return game(**images, **{"assets/thing.glb": painted(claiming(60_000, 60_000))})


def odd_sound() -> dict[str, bytes]:
    """A sound of one sample a second."""
    return game(**{"assets/boom.wav": sound(rate_hz=1)})


def many_models() -> dict[str, bytes]:
    """A model of very many parts."""
    return game(**{"assets/thing.glb": many_views(12_000)})


HEAVY: Final = (endless_import, long_chain, bombs, odd_sound, many_models)
ATTACKS: Final = (
    Attacker.endless_head,
    Attacker.wide_manifest,
    Attacker.deep_manifest,
    Attacker.nested_json,
    Attacker.lying_zip,
    Attacker.slow_body,
    Attacker.many_projects,
    Attacker.many_sockets,
    *(Attacker.heavy_export,) * 4,
)


async def main(gateway_url: str, status_url: str, token: str, connections: int) -> None:
    """Attack until killed."""
    attackers = [
        Attacker(gateway_url, status_url, token, random.Random(number))
        for number in range(connections)
    ]
    await asyncio.gather(*(attacker.run() for attacker in attackers))


if __name__ == "__main__":
    gateway, status, bearer, count = sys.argv[1:]
    asyncio.run(main(gateway, status, bearer, int(count)))
