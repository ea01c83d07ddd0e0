from __future__ import annotations

import asyncio
import io
import json
import re
import zipfile
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

import hypothesis
import pytest
import pytest_asyncio

from services.gateway.projects.zip_archive import ZipArchive
from services.gateway.projects.zip_directory import ZipError
from shared.errors import PathError, TooLargeError
from shared.metrics import http as metrics
from shared.settings import NatsSettings
from tests.integration.gateway.conftest import LIMITS, open_gateway, sha
from tests.integration.gateway.test_isolation import concrete, routes
from tests.servers import empty_bucket, empty_nats

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncIterator, Callable, Iterator

    import schemathesis

    from tests.integration.gateway.conftest import Caller, Gateway
    from tests.servers import Servers

ROUTES: Final = routes()
pytestmark = pytest.mark.asyncio(loop_scope="module")

BLOB: Final = b"<p>hello"
EXPORT_REQUEST: Final = {
    "platform": "web",
    "configuration": "release",
    "options": {"appName": "A game", "excludePatterns": ["**/*.psd"], "video": {"preset": "x"}},
}
LETTERS: Final = {"filter": {"consumer": "packager-web"}, "limit": 1, "reason": "why"}
BODIES: Final[dict[str, Any]] = {
    "POST /api/projects": {"name": "Game", "settings": {"a": [1, {"b": None}]}},
    "PUT /api/projects/{project_id}/members/{member}": {"role": "viewer"},
    "PUT /api/projects/{project_id}/snapshot": {
        "files": {"index.html": {"sha256": sha(BLOB), "size": len(BLOB)}}
    },
    "POST /api/projects/{project_id}/export": EXPORT_REQUEST,
    "POST /api/projects/{project_id}/play": {"password": "x", "expiresAt": "2026-01-01T00:00:00Z"},
    "POST /api/admin/dead-letters/{seq}/replay": {"reason": "why"},
    "POST /api/admin/dead-letters/replay": LETTERS,
    "POST /api/admin/dead-letters/drop": LETTERS,
}
QUERIES: Final = (
    "page_size", "page_token", "after_seq", "limit", "ticket", "consumer", "reason", "cause",
    "platform", "group_by", "status",
)  # fmt: skip
ODD_VALUES: Final = (
    "", "%00", "%ff", "%ED%A0%80", "%F4%90%80%80", "%", "%2", "%zz", "%2e%2e", "%2f", "-1", "0",
    "9" * 400, "1e999", "NaN", "true", "null", "{}", "a" * 5_000, "%E2%80%AE", "%0d%0aX:%20y",
    "bm90LWEtbnVtYmVy", "LTE=", "OTk5OTk5OTk5OTk5OTk5OTk5OTk=", "AAAA", "/wD-", "*", ">", "a.b c",
    "%F0%9F%92%A9", "&", "=", ";", "+",
)  # fmt: skip
ODD_HEADERS: Final = (
    b"Idempotency-Key: \xff\xfe", b"Idempotency-Key: " + b"k" * 300, b"Idempotency-Key:",
    b"Content-Type: text/plain", b"Content-Type: application/x-www-form-urlencoded",
    b"Content-Type: multipart/form-data", b"Content-Type: multipart/form-data; boundary=\xff",
    b"Content-Type: application/x-msgpack", b"Content-Type: \xff", b"Content-Type: ;;;=",
    b"Content-Type: application/json; charset=utf-16", b"Accept: nothing/here",
    b"Content-Encoding: gzip", b"X-Request-Id: \xff\r\nX-Request-Id: b", b"Cookie: \xff=\xff; ;=",
    b"Range: bytes=5-1", b"X-Aethel-User: eve", b"X-Aethel-User: \x01\x7f",
    b"Authorization: Bearer \xff\xff", b"Authorization: Bearer a.b.c", b"Authorization: Basic x",
    b"Origin: null", b"Access-Control-Request-Method: \xff", b"Expect: 100-continue",
    b"Host: \xff", b"If-None-Match: *", b"Accept-Language: \xff", b"Transfer-Encoding: chunked",
    b"Content-Length: 99999999999999999999999", b"Upgrade: h2c\r\nConnection: Upgrade",
)  # fmt: skip
# What is behind the gateway: keys, buckets, subjects, servers, files, code.
INSIDE: Final = re.compile(
    r"projects/[a-z]|\bKV_|\$KV|\$JS|nats:|amazonaws|/s3|site-packages|Traceback|\.py\b|<\w+ object"
    r"|/tmp/|/home/|/root/|no-such-bucket|botocore|aiohttp|zipfile|\bEXPORTS\b"
)
REFUSED: Final = {(400, "invalid-request"), (400, "bad-request"), (413, "too-large")}
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND")


class Attack(NamedTuple):
    """One request, byte by byte."""

    method: str
    target: str
    body: bytes
    headers: tuple[bytes, ...] = ()

    def encode(self, token: str) -> bytes:
        """As it goes over the wire."""
        own = b"".join(header + b"\r\n" for header in self.headers)
        return (
            f"{self.method} {self.target} HTTP/1.1\r\nHost: gateway\r\n"
            f"Authorization: Bearer {token}\r\nContent-Length: {len(self.body)}\r\n"
        ).encode() + own + b"\r\n" + self.body  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(servers: Servers) -> AsyncIterator[Gateway]:
    """One gateway for all attacks, which are to change nothing that matters to the next one."""
    async with (
        empty_nats(NatsSettings(url=servers.nats_url)) as nc,
        empty_bucket(servers.s3) as storage,
        open_gateway(nc, storage) as opened,
    ):
        await opened.user("ann").push("mine", {"index.html": BLOB, "a": b"secret"})
        yield opened


async def send(url: str, data: bytes) -> tuple[int, bytes]:
    """The status and the body of an answer; 0 where the server hung up without one."""
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    try:
        writer.write(data)
        status = 100
        while status == 100:
            head = await reader.readuntil(b"\r\n\r\n")
            status = int(head[9:12])
        length = re.search(rb"content-length: (\d+)", head.lower())
        has_body = length and not data.startswith(b"HEAD ")
        return status, await reader.readexactly(int(length[1])) if length and has_body else b""
    except (ConnectionError, asyncio.IncompleteReadError):
        return 0, b""
    finally:
        writer.close()


def without_urls(body: bytes) -> str:
    """An answer without our own links, which name projects as its reader does."""
    return re.sub(r"/api/(?:admin/)?projects/[\w/-]+", "", body.decode(errors="replace"))


def odd_json(valid: Any, rng: random.Random) -> bytes:
    """A document that is no JSON, no UTF-8, too deep or of the wrong types."""
    deep = rng.choice([100, 900, 3_000, 30_000])
    whole = json.dumps(valid).encode()
    texts = [m.start() + 1 for m in re.finditer(rb'"', whole)]
    at = rng.choice(texts or [0])
    inside = rng.choice(
        [
            *(rb"\ud800", rb"\udc00", rb"\ud800\u0041", rb"\u0000", rb"\u202e", rb"\u2028"),
            *(b"\xff", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\x00", b"\n", rb"\x"),
        ]
    )
    value = rng.choice(
        [
            *(b"1e999", b"-1e999", b"9" * 400, b"NaN", b"1.5", b"-1", b"true", b"null", b"{}"),
            *(b"[]", b'"' + b"x" * 100_000 + b'"', b"[" * deep + b"]" * deep),
            *(b'{"a":' * deep + b"1", b'{"a":' * deep + b"1" + b"}" * deep),
        ]
    )
    return rng.choice(
        [
            whole[:at] + inside + whole[at:],
            re.sub(
                rb'(:\s*)("[^"]*"|\d+|null)', rb"\g<1>" + value.replace(b"\\", b""), whole, count=1
            ),
            value,
            whole[: rng.randrange(len(whole) + 1)],
            b"\xef\xbb\xbf" + whole,
            whole.decode().encode("utf-16"),
            whole + whole,
            bytes(rng.randrange(256) for _ in range(rng.randrange(200))),
            b"",
        ]
    )


def variation(method: str, path: str, rng: random.Random) -> Attack:
    """One valid request of a route, with one to three things about it that are odd."""
    target = concrete(path, "01900000-0000-7000-8000-000000000001").replace("secret", "mine")
    valid = BODIES.get(f"{method} {path}")
    body = BLOB if valid is None else json.dumps(valid).encode()
    headers: list[bytes] = []
    for _ in range(rng.randint(1, 3)):
        kind = rng.choice(["body", "body", "path", "query", "query", "header", "method"])
        if kind == "body":
            body = odd_json(BLOB.decode() if valid is None else valid, rng)
        elif kind == "path":
            parts = target.split("/")
            parts[rng.randrange(2, len(parts))] = rng.choice(ODD_VALUES).replace("&", "")
            target = "/".join(parts)
        elif kind == "query":
            pairs = (f"{rng.choice(QUERIES)}={rng.choice(ODD_VALUES)}" for _ in range(2))
            target = target.partition("?")[0] + "?" + "&".join(pairs).replace(" ", "%20")
        elif kind == "header":
            headers.append(rng.choice(ODD_HEADERS))
        elif rng.random() < 0.3:
            method = rng.choice(METHODS)
    if method == "DELETE":
        target = re.sub(r"/projects/mine(?=$|\?)", "/projects/doomed", target)  # others need it
    return Attack(method, target.replace(" ", "%20"), body, tuple(headers))


@pytest.mark.parametrize("role", ["user", "admin"])
async def test_no_request_is_a_fault_of_ours(
    gateway: Gateway, rng: random.Random, rounds: Callable[[int], Iterator[int]], role: str
) -> None:
    """Every route, with valid requests made odd: an answer always comes, and it is never a 5xx."""
    mine = gateway.user("ann", role=role)
    token = mine.headers["Authorization"].removeprefix("Bearer ")
    for _ in rounds(3):
        for method, path in ROUTES:
            attack = variation(method, path, rng)
            status, body = await send(gateway.url, attack.encode(token))
            assert 200 <= status < 500, (attack, body)
            assert not INSIDE.search(without_urls(body)) or status < 400, (attack, body)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 3_000 + b"]" * 3_000,
        b'{"name": "a", "settings": ' + b'{"a":' * 3_000 + b"1" + b"}" * 3_001,
        b'{"name": "\xff"}',
        rb'{"name": "\ud800"}',
        rb'{"name": "\udc00"}',
        rb'{"name": "a", "settings": {"\udfff": 1}}',
        b'{"name": 1e999}',
        b'{"name": "a", "settings": {"x": 1e999}}',
        b'{"name": ',
        b"\xff\xfe",
    ],
    ids=range(10),
)
async def test_a_wrong_document_is_the_clients_fault(gateway: Gateway, body: bytes) -> None:
    """400, which says what is wrong, at every route that takes JSON; 413 for too many files."""
    ann = gateway.user("ann", role="admin")
    for route in BODIES:
        method, path = route.split(" ")
        if (method, path) not in ROUTES:
            continue
        target = concrete(path, "01900000-0000-7000-8000-000000000001").replace("secret", "mine")
        status, problem = await ann.call(method, target, data=io.BytesIO(body))
        assert (status, problem["code"]) in REFUSED, (route, problem)


async def test_a_body_that_breaks_off_is_no_fault_of_ours(gateway: Gateway) -> None:
    """Nobody is there to be answered, and operators must not be woken for it."""
    token = gateway.user("ann").headers["Authorization"].removeprefix("Bearer ")
    where = urlsplit(gateway.url)
    paths = ("/api/projects", "/api/projects/mine/snapshot", "/api/projects/mine/export")
    before, ours = answered(), answered(at_least=HTTPStatus.INTERNAL_SERVER_ERROR)
    for path in paths:
        whole = Attack("PUT" if "snap" in path else "POST", path, b'{"name": "a"}').encode(token)
        _, writer = await asyncio.open_connection(where.hostname, where.port)
        writer.write(whole[:-3])
        await writer.drain()
        writer.close()
    while answered() < before + len(paths):  # noqa: ASYNC110 - the counter wakes nobody
        await asyncio.sleep(0.01)
    assert answered(at_least=HTTPStatus.INTERNAL_SERVER_ERROR) == ours


def answered(*, at_least: int = 0) -> float:
    """How many requests the gateway has answered, with such a status."""
    return sum(
        sample.value
        for family in metrics.REQUESTS.collect()
        for sample in family.samples
        if sample.name.endswith("_total") and 100 * int(sample.labels["status"][0]) >= at_least
    )


async def test_the_openapi_document_leads_to_no_fault_of_ours(
    gateway: Gateway, rng: random.Random, rounds: Callable[[int], Iterator[int]]
) -> None:
    """Requests that it describes, and such that it forbids, as schemathesis makes them."""
    import schemathesis  # noqa: PLC0415 - else every process of a run would load it
    from schemathesis.core.result import Ok  # noqa: PLC0415

    ann = gateway.user("ann", role="admin")
    document = (await ann.call("GET", "/schema/openapi.json"))[1]
    archives = ["application/zip", "application/x-tar"]
    schemathesis.serializer.alias(archives, "application/octet-stream")
    schema = schemathesis.openapi.from_dict(document).include(path_regex="^/api/")
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) >= len(ROUTES)
    for _ in rounds(3):
        with suppress(hypothesis.errors.Unsatisfiable):  # there is nothing to do wrong
            await asyncio.to_thread(by_the_document, rng.choice(operations), ann, rng)


def by_the_document(operation: Any, caller: Caller, rng: random.Random) -> None:
    """Call an operation some times; the gateway answers in another thread."""
    from schemathesis import GenerationMode  # noqa: PLC0415
    from schemathesis.specs.openapi import checks  # noqa: PLC0415

    conforms = [checks.status_code_conformance, checks.response_schema_conformance]

    @hypothesis.seed(rng.randrange(1 << 32))
    @hypothesis.settings(
        max_examples=5,
        database=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=rng.choice(list(GenerationMode))))
    def attack(case: schemathesis.Case[Any]) -> None:
        if case.method == "DELETE" and case.path_parameters == {"project_id": "mine"}:
            return
        answer = case.call(base_url=caller.url, headers=caller.headers, allow_redirects=False)
        assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR, answer.text
        case.validate_response(answer, checks=conforms)

    attack()


def odd_zip(rng: random.Random) -> bytes:
    """A ZIP with a few of its fields, or of its bytes, changed."""
    buffer = io.BytesIO()
    method = rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for number in range(rng.randint(1, 4)):
            archive.writestr(f"folder/{number}.txt", bytes(rng.choices(b"ab", k=300)))
    data = bytearray(buffer.getvalue())
    marks = [m.start() for m in re.finditer(rb"PK(\x01\x02|\x03\x04|\x05\x06)", bytes(data))]
    for _ in range(rng.randint(1, 3)):
        width = rng.choice([1, 2, 4])
        at = min(rng.choice([*marks, 0]) + rng.randrange(46), len(data) - width)
        extreme = rng.choice([0, 1, 2 ** (8 * width) - 1, 2 ** (8 * width - 1), rng.randrange(256)])
        data[at : at + width] = (extreme % 2 ** (8 * width)).to_bytes(width, "little")
    if rng.random() < 0.2:
        del data[rng.randrange(len(data)) :]
    if rng.random() < 0.2:
        zip64 = b"PK\x06\x06" + bytes(rng.randrange(256) for _ in range(52))
        locator = b"PK\x06\x07" + bytes(4) + len(data).to_bytes(8, "little") + bytes(4)
        data[marks[-1] : marks[-1]] = zip64 + locator
    return bytes(data)


async def test_no_zip_is_a_fault_of_ours(
    gateway: Gateway, rng: random.Random, rounds: Callable[[int], Iterator[int]]
) -> None:
    """Whatever ``zipfile`` raises for it, the ZIP is refused; a directory beyond all ends, too."""
    nowhere = bytearray(valid_zip())
    place = nowhere.rindex(b"PK\x05\x06") + 16
    nowhere[place : place + 4] = b"\xff" * 4
    status, problem = await gateway.user("ann").call(
        "POST", "/api/projects/zipped/import", data=io.BytesIO(bytes(nowhere))
    )
    assert (status, problem["code"]) == (422, "zip-invalid")
    for _ in rounds(600):
        data = odd_zip(rng)
        with suppress(TooLargeError, ZipError, PathError):
            archive = ZipArchive(io.BytesIO(data), LIMITS)
            for entry in archive._entries:
                archive._hash(entry)
                archive._read(entry)


def valid_zip() -> bytes:
    """One file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("index.html", BLOB)
    return buffer.getvalue()


async def test_an_outage_is_told_without_what_is_inside(gateway: Gateway) -> None:
    """Objects, a bucket and streams are gone: every route that notices says only what to do."""
    olga = gateway.user("olga", role="admin")  # of whose quotas nothing is used
    await olga.push("broken", {"index.html": BLOB, "a": b"secret"})
    _, made = await olga.call("POST", "/api/projects/broken/export", json={"platform": "web"})
    await gateway.storage.delete([item.key async for item in gateway.storage.objects("")])
    failed = await refusals(gateway, olga, made["export"]["id"])
    name, gateway.own.bucket = gateway.own.bucket, "no-such-bucket"
    failed |= await refusals(gateway, olga, made["export"]["id"])
    gateway.own.bucket = name
    js = gateway.nc.jetstream()
    for stream in ("EXPORTS", "LOGS", "KV_exports", "KV_projects"):
        await js.delete_stream(stream)
    failed |= await refusals(gateway, olga, made["export"]["id"])
    assert {"object-missing", "internal", "nats-unavailable"} <= failed


async def refusals(gateway: Gateway, caller: Caller, export_id: str) -> set[str]:
    """The codes of what every route refuses, once no answer is found to tell too much."""
    token = caller.headers["Authorization"].removeprefix("Bearer ")
    codes = set()
    for method, path in ROUTES:
        target = concrete(path, export_id).replace("secret", "broken")
        if target.endswith("/projects/broken") and method == "DELETE":
            continue
        valid = BODIES.get(f"{method} {path}")
        body = b"secret" if valid is None else json.dumps(valid).encode()
        status, answer = await send(gateway.url, Attack(method, target, body).encode(token))
        if status >= HTTPStatus.BAD_REQUEST:
            assert not INSIDE.search(without_urls(answer)), (method, target, answer)
            codes.add(json.loads(answer)["code"])
    return codes
