"""An npm registry on loopback serves packages that tests pack, and lies where it is told."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import io
import json
import tarfile
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    Lie = Callable[[web.Request, bytes], Awaitable[web.StreamResponse]]


def tarball(files: Mapping[str, bytes | str], *, prefix: str = "package/") -> bytes:
    """A ``.tgz`` as npm packs it."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path, content in files.items():
            body = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(prefix + path)
            info.size = len(body)
            tar.addfile(info, io.BytesIO(body))
    return gzip.compress(data.getvalue(), mtime=0)


def integrity(data: bytes) -> str:
    """What lock files say of a tarball."""
    return f"sha512-{base64.b64encode(hashlib.sha512(data).digest()).decode()}"


class NpmServer:
    """What is published, what was asked for, and how some of it is answered."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[str] = []
        self.tokens: set[str | None] = set()
        self.tarballs: dict[str, bytes] = {}  # by name@version
        self.lies: dict[str, Lie] = {}  # by path
        self.down = False
        self._documents: dict[str, dict[str, Any]] = {}

    def publish(
        self,
        label: str,
        files: Mapping[str, bytes | str] | None = None,
        *,
        data: bytes | None = None,
        **manifest: Any,
    ) -> str:
        """Publish ``name@version``; further arguments stand in its package.json.

        Returns:
            Its integrity.
        """
        name, _, version = label.rpartition("@")
        about = {"name": name, "version": version, "main": "index.js", **manifest}
        source = f"module.exports = {json.dumps(label)}\n"
        packed = data or tarball(
            {"package.json": json.dumps(about), "index.js": source, **(files or {})}
        )
        document = self._documents.setdefault(name, {"name": name, "versions": {}, "dist-tags": {}})
        document["versions"][version] = {**about, "dist": {"integrity": integrity(packed)}}
        if "-" not in version:
            document["dist-tags"]["latest"] = version
        self.tarballs[label] = packed
        return integrity(packed)

    def tag(self, name: str, tag: str, version: str) -> None:
        """Give a version a tag."""
        self._documents[name]["dist-tags"][tag] = version

    def document(self, name: str) -> dict[str, Any]:
        """What is answered for a package; may be changed."""
        return self._documents[name]

    def unpublish(self, label: str) -> None:
        """Take a version back."""
        name, _, version = label.rpartition("@")
        del self.tarballs[label]
        del self._documents[name]["versions"][version]

    def lock(self, *labels: str) -> dict[str, Any]:
        """The ``packages`` of a package-lock.json with these, all at the top."""
        return {
            f"node_modules/{label.rpartition('@')[0]}": {
                "version": label.rpartition("@")[2],
                "resolved": "https://registry.example/not-asked.tgz",
                "integrity": integrity(self.tarballs[label]),
                **self._needs(label),
            }
            for label in labels
        }

    def _needs(self, label: str) -> dict[str, Any]:
        name, _, version = label.rpartition("@")
        about = self._documents[name]["versions"][version]
        kinds = ("dependencies", "optionalDependencies", "peerDependencies", "os", "cpu")
        return {kind: about[kind] for kind in kinds if kind in about}

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One request."""
        path = request.path.lstrip("/")
        self.asked.append(path)
        self.tokens.add(request.headers.get("Authorization"))
        if self.down:
            return web.Response(status=503)
        name, _, file = path.partition("/-/")
        body = self._body(name, file)
        if path in self.lies:
            return await self.lies[path](request, body or b"")
        if body is None:
            return web.Response(status=404)
        return web.Response(body=body)

    def _body(self, name: str, file: str) -> bytes | None:
        if not file:
            document = self._documents.get(name)
            return json.dumps(document).encode() if document else None
        version = file.removesuffix(".tgz").removeprefix(f"{name.rpartition('/')[2]}-")
        return self.tarballs.get(f"{name}@{version}")


@asynccontextmanager
async def npm_server() -> AsyncIterator[NpmServer]:
    """A registry, for as long as the block lasts."""
    server = NpmServer()
    app = web.Application()
    app.router.add_get("/{path:.*}", server.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        server.url = f"http://127.0.0.1:{port}"
        yield server
    finally:
        await runner.cleanup()


async def cuts_off(request: web.Request, body: bytes) -> web.StreamResponse:
    """Announces all, sends half."""
    response = web.StreamResponse(headers={"Content-Length": str(len(body))})
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    assert request.transport is not None
    request.transport.close()
    return response


async def never_ends(request: web.Request, body: bytes) -> web.StreamResponse:
    """Sends some, and then nothing more."""
    response = web.StreamResponse(headers={"Content-Length": str(len(body) + 1)})
    await response.prepare(request)
    await response.write(body)
    await asyncio.sleep(60)
    return response


def redirects_to(url: str) -> Lie:
    """Sends elsewhere."""

    async def lie(_request: web.Request, _body: bytes) -> web.StreamResponse:
        raise web.HTTPFound(url)

    return lie


def says(status: int, body: bytes = b"") -> Lie:
    """Answers with a status."""

    async def lie(_request: web.Request, _body: bytes) -> web.StreamResponse:
        return web.Response(status=status, body=body)

    return lie
