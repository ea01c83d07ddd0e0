from __future__ import annotations

import asyncio
import io
import tarfile
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from services.gateway.projects.packs import PACK_BLOBS, PackWriter
from shared.domain.project import decode_snapshot
from shared.jetstream.event_log import EventLog
from shared.storage import keys
from shared.stores.projects import bind_projects, project_key
from tests.integration.gateway.conftest import LIMITS, manifest, sha

if TYPE_CHECKING:
    from shared.storage.bucket import Storage
    from tests.integration.gateway.conftest import Caller, Gateway

SNAPSHOT = "/api/projects/game/snapshot"
BLOBS = "/api/projects/game/blobs"

HOSTILE = {
    "absolute": "/etc/passwd",
    "parent": "a/../../b",
    "parent alone": "..",
    "backslash": "a\\b",
    "NUL": "a\0b",
    "drive": "C:/a",
    "drive relative": "c:a",
    "reserved": "assets/con.png",
    "reserved superscript": "com¹",
    "trailing dot": "a./b",
    "trailing space": "a /b",
    "empty part": "a//b",
    "over-long": "a" * 600,
    "over-long part": "b/" + "a" * 256,
    "not NFC": "e\u0301.png",
    "control": "a\x1b[31m",
    "empty": "",
}
TOGETHER = {
    "case": ["a/b.png", "A/b.png"],
    "case of a file": ["a.png", "A.PNG"],
    "file and folder": ["a", "a/b"],
    "sharp s": ["straße", "STRASSE"],
}


def tar(*entries: tuple[str, bytes], kind: bytes = tarfile.REGTYPE) -> bytes:
    """An uncompressed tar."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in entries:
            info = tarfile.TarInfo(name)
            info.size, info.type = len(data), kind
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


async def test_a_snapshot_names_what_is_missing_first(gateway: Gateway) -> None:
    """Only what the project does not have; a second proposal with all bytes there is accepted."""
    ann = gateway.user("ann")
    files = {"index.html": b"<p>", "a/b.png": b"png", "empty": b""}
    status, body = await ann.call("PUT", SNAPSHOT, json=manifest(files))
    assert (status, body["code"]) == (409, "blobs-missing")
    assert sorted(body["missing"]) == sorted(map(sha, files.values()))
    name = await ann.push("game", files)
    again = await ann.call("PUT", SNAPSHOT, json=manifest(files))
    assert again == (201, {"snapshot": name, "warnings": [], "warningCount": 0})


async def test_small_blobs_travel_and_rest_together(gateway: Gateway) -> None:
    """A tar of blobs becomes one pack, and the snapshot says where in it each file lies."""
    ann = gateway.user("ann")
    files = {f"f{n}": bytes([n]) * n for n in range(50)}
    body = tar(*((sha(data), data) for data in files.values()))
    assert await ann.call("POST", BLOBS, data=body) == (201, {"stored": 50})
    _, made = await ann.call("PUT", SNAPSHOT, json=manifest(files))
    stored = decode_snapshot(await gateway.storage.get(keys.snapshot("game", made["snapshot"])))
    assert len(stored.objects) == 1
    (pack,) = stored.objects
    data = await gateway.storage.get(pack)
    for file in stored.files:
        assert data[file.offset : file.offset + file.size] == files[file.path]


@pytest.mark.parametrize("path", HOSTILE.values(), ids=HOSTILE.keys())
async def test_hostile_paths_are_refused_by_name(gateway: Gateway, path: str) -> None:
    """The problem names the entry, and nothing becomes the head."""
    ann = gateway.user("ann")
    await ann.push("game", {"index.html": b"<p>"})
    before = await ann.call("GET", "/api/projects/game")
    status, body = await ann.call("PUT", SNAPSHOT, json=manifest({path: b"<p>"}))
    assert (status, body["code"]) == (422, "path-invalid")
    assert repr(path) in body["detail"]
    assert await ann.call("GET", "/api/projects/game") == before


@pytest.mark.parametrize("paths", TOGETHER.values(), ids=TOGETHER.keys())
async def test_paths_that_cannot_stand_together_are_refused(
    gateway: Gateway, paths: list[str]
) -> None:
    """Collisions where case does not count, and a file that is also a folder."""
    ann = gateway.user("ann")
    status, body = await ann.call("PUT", SNAPSHOT, json=manifest(dict.fromkeys(paths, b"<p>")))
    assert (status, body["code"]) == (422, "path-invalid")


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"[]", b"\xff", b'{"files": []}', b'{"files": {}, "x": 1}'),
        b'{"files": {"a": {"sha256": "x", "size": 1}}}',
        b'{"files": {"a": {"sha256": "' + b"0" * 64 + b'", "size": -1}}}',
    ],
)
async def test_what_is_no_manifest_is_a_bad_request(gateway: Gateway, body: bytes) -> None:
    """400, whatever it is."""
    status, problem = await gateway.user("ann").call("PUT", SNAPSHOT, data=body)
    assert (status, problem["code"]) == (400, "invalid-request")


async def test_a_lie_about_a_size_is_found(gateway: Gateway) -> None:
    """The manifest's sizes are those of the blobs."""
    ann = gateway.user("ann")
    await ann.push("game", {"a": b"12345"})
    wrong: dict[str, Any] = {"files": {"a": {"sha256": sha(b"12345"), "size": 4}}}
    status, body = await ann.call("PUT", SNAPSHOT, json=wrong)
    assert status == 400
    assert body["details"] == [{"path": "files.a.size", "message": "the blob has 5 bytes"}]


@pytest.mark.parametrize("size", [10, 9 << 20, 17 << 20])
async def test_a_wrong_hash_stores_nothing(gateway: Gateway, size: int) -> None:
    """Neither an object nor an upload is left, whether it came whole or in parts."""
    data = io.BytesIO(b"x" * size)
    status, body = await gateway.user("ann").call("PUT", f"{BLOBS}/{sha(b'other')}", data=data)
    assert (status, body["code"]) == (422, "wrong-hash")
    assert [item async for item in gateway.storage.objects("")] == []
    assert await gateway.storage.uploads("") == []


async def test_a_large_blob_comes_back_whole(gateway: Gateway) -> None:
    """One that travels in several parts; sending it again changes nothing."""
    ann = gateway.user("ann")
    data = bytes(range(256)) * (18 << 12)
    await ann.push("game", {"big.bin": data})
    await ann.push("game", {"big.bin": data})
    status, body = await ann.call("GET", "/api/projects/game/files/big.bin")
    assert (status, body == data) == (200, True)
    assert await gateway.storage.uploads("") == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (tar(("../../etc/passwd", b"x")), 400),
        (tar((sha(b"x"), b"y")), 422),
        (tar((sha(b""), b""), kind=tarfile.SYMTYPE), 400),
        (tar((sha(b""), b""), kind=tarfile.DIRTYPE), 400),
        (tar((sha(b"x"), b"x"))[:600], 400),
        (b"\x01" * 1024, 400),
        (b"", 400),
    ],
    ids=["path", "hash", "link", "folder", "cut", "noise", "empty"],
)
async def test_hostile_tars_are_refused(gateway: Gateway, body: bytes, status: int) -> None:
    """Nothing of them becomes a pack."""
    answer, _ = await gateway.user("ann").call("POST", BLOBS, data=body)
    assert answer == status
    assert [item async for item in gateway.storage.objects("")] == []


async def test_limits(gateway: Gateway) -> None:
    """Too many files, too many bytes and too large a file: 413, early where it was announced."""
    ann = gateway.user("ann")
    many = {f"f{n}": b"" for n in range(LIMITS.files + 1)}
    assert (await ann.call("PUT", SNAPSHOT, json=manifest(many)))[0] == 413
    large: dict[str, Any] = {"files": {"a": {"sha256": "0" * 64, "size": LIMITS.project_bytes + 1}}}
    assert (await ann.call("PUT", SNAPSHOT, json=large))[0] == 413
    data = io.BytesIO(bytes(LIMITS.file_bytes + 1))
    assert (await ann.call("PUT", f"{BLOBS}/{'0' * 64}", data=data))[0] == 413


async def test_single_files_make_snapshots(gateway: Gateway) -> None:
    """PUT adds, GET reads, DELETE removes; each change is a new head."""
    ann = gateway.user("ann")
    files = "/api/projects/game/files"
    _, first = await ann.call("PUT", f"{files}/a/b%20c.txt", data=b"one")
    _, second = await ann.call("PUT", f"{files}/d.txt", data=b"two")
    assert first != second
    assert await ann.call("GET", f"{files}/a/b%20c.txt") == (200, b"one")
    assert await ann.call("DELETE", f"{files}/d.txt") == (200, {"snapshot": first["snapshot"]})
    assert (await ann.call("GET", f"{files}/d.txt"))[0] == 404
    assert (await ann.call("DELETE", f"{files}/d.txt"))[0] == 404


@pytest.mark.parametrize("path", ["..%2f..%2fetc", "a%5Cb", "con", "a//b"])
async def test_a_single_file_cannot_leave_its_project(gateway: Gateway, path: str) -> None:
    """The path is judged as it was sent, percent signs undone once."""
    status, body = await gateway.user("ann").call(
        "PUT", f"/api/projects/game/files/{path}", data=b"x"
    )
    assert (status, body["code"]) == (422, "path-invalid")


async def test_what_is_condemned_counts_as_missing(gateway: Gateway) -> None:
    """While the sweeper deletes, such a blob must be sent again, and goes under the new epoch."""
    ann = gateway.user("ann")
    await ann.push("game", {"a": b"old", "keep": b"keep"})
    await ann.push("game", {"keep": b"keep"})
    projects = await bind_projects(gateway.nc.jetstream())
    found = await projects.get(project_key("game"))
    assert found is not None
    names = "projects/game/condemned/0.json"
    await gateway.storage.put(names, msgspec.json.encode([keys.blob("game", 0, sha(b"old"))]))
    condemned = msgspec.structs.replace(found.value, condemned=names, epoch=1)
    await projects.replace(project_key("game"), condemned, revision=found.revision)
    files = {"a": b"old", "keep": b"keep"}
    status, body = await ann.call("PUT", SNAPSHOT, json=manifest(files))
    assert (status, body["missing"]) == (409, [sha(b"old")])
    name = await ann.push("game", files)
    stored = decode_snapshot(await gateway.storage.get(keys.snapshot("game", name)))
    assert keys.blob("game", 1, sha(b"old")) in stored.objects


async def test_a_project_may_be_called_files(gateway: Gateway) -> None:
    """A file's path begins behind the route, not at the first thing that looks like it."""
    ann = gateway.user("ann")
    status, made = await ann.call("PUT", "/api/projects/files/files/a/files/b", data=b"x")
    assert status == 201
    stored = await gateway.storage.get(keys.snapshot("files", made["snapshot"]))
    assert [file.path for file in decode_snapshot(stored).files] == ["a/files/b"]


async def test_tiny_blobs_do_not_make_an_endless_index(storage: Storage) -> None:
    """A pack is full when it has many blobs, too."""
    packs = PackWriter(storage, "game", 0)
    for number in range(PACK_BLOBS + 1):
        await packs.add(f"{number:064x}", b"x")
    await packs.flush()
    assert len([item async for item in storage.objects(keys.packs("game"))]) == 4


async def half_a_body(caller: Caller, project: str) -> tuple[asyncio.StreamReader, Any]:
    """A connection on which five of a thousand bytes have been sent."""
    port = int(caller.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"PUT /api/projects/{project}/blobs/{sha(b'0123456789')} HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: {caller.headers['Authorization']}\r\n"
        "Content-Length: 1000\r\n\r\n01234".encode()
    )
    await writer.drain()
    return reader, writer


@pytest.mark.parametrize("how", ["goes", "falls silent", "trickles"])
async def test_a_body_that_breaks_off_is_not_our_fault(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """408, not 500: nobody is called out of bed for a client that has lost its connection."""
    monkeypatch.setattr("services.gateway.projects.body_pace.SILENCE_S", 0.3)
    route = "/api/projects/{project_id}/blobs/{sha256}"
    answered = {"method": "PUT", "route": route, "status": "408"}
    before = REGISTRY.get_sample_value("export_http_requests_total", answered) or 0
    reader, writer = await half_a_body(gateway.user("ann"), "game")
    if how == "falls silent":
        assert b"body-incomplete" in await reader.read()
    if how == "goes":
        writer.close()
    while REGISTRY.get_sample_value("export_http_requests_total", answered) != before + 1:
        if how == "trickles":
            writer.write(b"5")
        await asyncio.sleep(0.1)
    writer.close()
    assert [item async for item in gateway.storage.objects("")] == []


async def test_a_file_whose_bytes_are_gone_is_told_before_the_answer_begins(
    gateway: Gateway,
) -> None:
    """Not by a 200 that breaks off."""
    ann = gateway.user("ann")
    await ann.push("game", {"a": b"x", "empty": b""})
    assert await ann.call("GET", "/api/projects/game/files/empty") == (200, b"")
    await gateway.storage.delete([i.key async for i in gateway.storage.objects(keys.blobs("game"))])
    status, problem = await ann.call("GET", "/api/projects/game/files/a")
    assert (status, problem["code"]) == (404, "object-missing")


async def test_a_refusal_is_found_in_the_log_by_its_trace_id(gateway: Gateway) -> None:
    """The client's own id where it sent one: that is what a user reports."""
    with capture_logs() as told:
        _, problem = await gateway.user("ann").call(
            "GET", "/api/projects/none", headers={"X-Request-Id": "editor-4711"}
        )
    assert problem["trace_id"] == "editor-4711"
    (line,) = [line for line in told if line["event"] == "request.refused"]
    assert (line["trace_id"], line["status"]) == ("editor-4711", 404)


async def test_what_no_export_ships_is_told_at_once(gateway: Gateway) -> None:
    """By the names alone; it is stored as its client has chosen."""
    ann = gateway.user("ann")
    status, made = await ann.call("PUT", "/api/projects/game/files/.env", data=b"A=1")
    assert (status, made["warningCount"]) == (201, 1)
    reason = (
        "looks like a secret by its name: it is stored, and in no export, unless a line !.env in "
        ".aethelignore asks for it"
    )
    place = {"file": ".env", "line": None, "path": None}
    assert made["warnings"] == [{"code": "left-out-secret", "message": reason, **place}]
    named = {f"{n}/id_rsa": b"A=1" for n in range(150)} | {
        "game.js": b"A=1",
        ".aethelignore": b"A=1",
    }
    status, made = await ann.call("PUT", SNAPSHOT, json=manifest(named))
    assert (status, made["warningCount"], len(made["warnings"])) == (201, 150, 100)


async def test_a_projects_files_are_listed_in_pages_of_one_snapshot(gateway: Gateway) -> None:
    """With size and hash; what is pushed meanwhile does not mix with them."""
    ann = gateway.user("ann")
    await ann.call("POST", "/api/projects", json={"id": "listed", "name": "Listed"})
    _, nothing = await ann.call("GET", "/api/projects/listed/snapshot")
    assert (nothing["snapshot"], nothing["files"], nothing["totalFiles"]) == (None, [], 0)
    files = {"game.json": b"{}", "a/b.png": b"picture", "index.md": b"read me"}
    name = await ann.push("listed", files)
    _, first = await ann.call("GET", "/api/projects/listed/snapshot?page_size=2")
    assert (first["snapshot"], first["totalFiles"], first["totalBytes"]) == (name, 3, 16)
    await ann.push("listed", {**files, "a/a.png": b"another"})
    token = first["nextPageToken"]
    _, rest = await ann.call("GET", f"/api/projects/listed/snapshot?page_token={token}")
    assert (rest["snapshot"], rest["nextPageToken"]) == (name, None)
    listed = {file["path"]: (file["sha256"], file["size"]) for file in first["files"]}
    listed |= {file["path"]: (file["sha256"], file["size"]) for file in rest["files"]}
    assert [*listed.items()] == [
        (path, (sha(data), len(data))) for path, data in sorted(files.items())
    ]
    for wrong in ("x", "MQ==", f"{token}x"):
        status, _ = await ann.call("GET", f"/api/projects/listed/snapshot?page_token={wrong}")
        assert status == 400
    eve = gateway.user("eve")
    assert (await eve.call("GET", "/api/projects/listed/snapshot"))[0] == 404


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({"index.html": b"<p>"}, "web"),
        ({"index.html": b"<p>", "package.json": b"{}"}, "web-build"),
        ({"game.json": b"{}"}, "engine"),
        ({"export.json": b"{}", "source/index.html": b"<p>"}, "old-export"),
        ({"readme.md": b"-"}, None),
    ],
)
async def test_a_project_and_its_exports_say_their_kind(
    gateway: Gateway, files: dict[str, bytes], kind: str | None
) -> None:
    """By the names of the files; null where no browser could open it."""
    ann = gateway.user("ann")
    await ann.push("kinds", files)
    _, project = await ann.call("GET", "/api/projects/kinds")
    assert project["kind"] == kind
    _, made = await ann.call("POST", "/api/projects/kinds/export", json={"platform": "source"})
    path = f"/api/projects/kinds/export/{made['export']['id']}"
    _, shown = await ann.call("GET", path)
    assert shown["export"]["kind"] == kind


TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize(
    ("headers", "trace"),
    [
        ({"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}, TRACE),
        ({"traceparent": f"01-{TRACE}-00f067aa0ba902b7-01-more"}, TRACE),
        ({"traceparent": f"00-{'0' * 32}-00f067aa0ba902b7-01", "X-Request-Id": "mine"}, "mine"),
        ({"traceparent": f"ff-{TRACE}-00f067aa0ba902b7-01"}, None),
        ({}, None),
    ],
)
async def test_an_export_keeps_the_trace_of_its_request(
    gateway: Gateway, headers: dict[str, str], trace: str | None
) -> None:
    """That of the caller where it is a valid one, else one of ours."""
    ann = gateway.user("ann")
    await ann.push("traced", {"index.html": b"<p>"})
    path = "/api/projects/traced/export"
    status, made = await ann.call("POST", path, json={"platform": "web"}, headers=headers)
    assert status == 202, made
    _, shown = await ann.call("GET", f"{path}/{made['export']['id']}")
    found = shown["export"]["traceId"]
    assert found == trace if trace else len(found) == 32
    found_event = await EventLog(gateway.nc.jetstream()).stored(made["export"]["id"])
    assert found_event[0].trace is not None
    assert found_event[0].trace.id == found  # the message says what the state says
    _, problem = await ann.call("GET", "/api/projects/none", headers=headers)
    assert trace is None or problem["trace_id"] == trace


async def test_what_is_missing_is_told_before_a_manifest(gateway: Gateway) -> None:
    """Of the hashes asked for, those of which the project has no bytes; others' do not count."""
    ann, bob = gateway.user("ann"), gateway.user("bob")
    await ann.push("game", {"index.html": b"<p>"})
    await bob.push("other", {"b.txt": b"bob's"})
    status, _ = await ann.call("POST", BLOBS, data=tar((sha(b"packed"), b"packed")))
    assert status == 201
    wanted = [sha(data) for data in (b"<p>", b"packed", b"bob's", b"new", b"new")]
    status, told = await ann.call("POST", f"{BLOBS}/missing", json={"sha256": wanted})
    assert (status, told) == (200, {"missing": sorted({sha(b"bob's"), sha(b"new")})})
    assert (await bob.call("POST", f"{BLOBS}/missing", json={"sha256": wanted}))[0] == 404
    wrong = {"sha256": ["0" * 63]}
    assert (await ann.call("POST", f"{BLOBS}/missing", json=wrong))[0] == 400


async def test_a_project_that_would_be_too_large_is_refused_with_the_first_question(
    gateway: Gateway,
) -> None:
    """Before a byte is sent; nothing is made of it."""
    ann = gateway.user("ann")
    for total in ({"files": LIMITS.files + 1}, {"totalBytes": LIMITS.project_bytes + 1}):
        question = {"sha256": [sha(b"x")], **total}
        assert (await ann.call("POST", f"{BLOBS}/missing", json=question))[0] == 413
    assert (await ann.call("GET", "/api/projects/game"))[0] == 404
