"""A tour through everything that clients, makers and operators do."""

from __future__ import annotations

import asyncio
import io
import tarfile
import uuid
import zipfile
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from nats.js import api

from shared.jetstream.topology import EXPORTS, preview_subject
from shared.tokens import Ticket, Tokens
from tests.documents.recording import until
from tests.integration.gateway.conftest import manifest, sha
from tests.previews import preview

if TYPE_CHECKING:
    from tests.chaos.run import Load
    from tests.documents.recording import Recorder

PAGE: Final = b"<!doctype html><title>Tour</title>Tour"
PROJECT: Final = "/api/projects/tour"
NOBODY: Final = "01900000-0000-7000-8000-000000000001"
TRACE: Final = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def tour(here: Load, ask: Recorder) -> None:
    """All of it, one after the other."""
    await projects(ask)
    finished = await exports(ask)
    await film(here, ask)
    await play(ask, finished)
    await cancels(ask)
    await failures(here, ask)
    await refused_sockets(here, ask, finished)
    await operators(ask)
    await health(here, ask)
    await given_up(here, ask)
    await ask.ask("DELETE", PROJECT, user="stranger")
    await ask.ask("DELETE", PROJECT)


async def projects(ask: Recorder) -> None:
    """Made, shared, and filled in every way there is."""
    await ask.ask("POST", "/api/projects", body={"id": "tour", "name": "Tour", "settings": {}})
    await ask.ask("POST", "/api/projects", body={"id": "tour", "name": "Tour"})
    await ask.ask("POST", "/api/projects", body={"id": "Tour!", "name": "", "color": 1})
    await ask.ask("POST", "/api/projects", user=None, body={"name": "x"})
    files = {"index.html": PAGE, "a.txt": b"a"}
    await ask.ask("PUT", f"{PROJECT}/snapshot", body=manifest(files))
    wanted = {"sha256": [sha(PAGE)], "files": 1, "totalBytes": len(PAGE)}
    await ask.ask("POST", f"{PROJECT}/blobs/missing", body=wanted)
    await ask.ask("PUT", f"{PROJECT}/blobs/{sha(PAGE)}", data=PAGE)
    await ask.ask("PUT", f"{PROJECT}/blobs/{sha(PAGE)}", data=b"something else")
    await ask.ask("POST", f"{PROJECT}/blobs", data=tar({sha(b"a"): b"a"}))
    await ask.ask("POST", f"{PROJECT}/blobs", data=tar({sha(b"a"): b"b"}))
    await ask.ask("PUT", f"{PROJECT}/snapshot", body=manifest(files))
    await ask.ask("PUT", f"{PROJECT}/snapshot", body={"files": {"../up": {"sha256": "x"}}})
    await ask.ask("GET", f"{PROJECT}/snapshot?page_size=1")
    await ask.ask("PUT", f"{PROJECT}/files/folder/b.txt", data=b"b")
    await ask.ask("PUT", f"{PROJECT}/files/con", data=b"b")
    await ask.ask("GET", f"{PROJECT}/files/folder/b.txt")
    await ask.ask("GET", f"{PROJECT}/files/none")
    await ask.ask("DELETE", f"{PROJECT}/files/folder/b.txt")
    await ask.ask("POST", f"{PROJECT}/import", data=b"no ZIP")
    await ask.ask("POST", f"{PROJECT}/import", data=zipped({**files, ".env": b"KEY=1"}))
    await ask.ask("PUT", f"{PROJECT}/members/vera", body={"role": "viewer"})
    await ask.ask("PUT", f"{PROJECT}/members/vera", body={"role": "king"})
    await ask.ask("PUT", f"{PROJECT}/files/c.txt", user="vera", data=b"c")
    await ask.ask("GET", PROJECT)
    await ask.ask("GET", PROJECT, user="stranger")
    await ask.ask("GET", "/api/projects?page_size=1")
    await ask.ask("GET", "/api/projects?page_size=0")
    await ask.ask("DELETE", f"{PROJECT}/members/vera")
    for path in ("/api/platforms", "/api/quota", "/api/exports/metrics"):
        await ask.ask("GET", path)


async def exports(ask: Recorder) -> str:
    """Asked for, watched to its end, watched again from the middle, read and downloaded."""
    body = {"platform": "web", "configuration": "release", "options": {"appName": "Tour"}}
    key = {"Idempotency-Key": uuid.uuid4().hex, "traceparent": TRACE}
    made = await ask.ask("POST", f"{PROJECT}/export", body=body, headers=key)
    seen = await ask.watch(made["websocketUrl"])
    await ask.ask("POST", f"{PROJECT}/export", body=body, headers=key)
    other = {**body, "configuration": "debug"}
    await ask.ask("POST", f"{PROJECT}/export", body=other, headers=key)
    await ask.ask("POST", f"{PROJECT}/export", body={"platform": "video"})
    for video in ({"preset": "youtube-1080p"}, {"preset": "gif", "fps": 60}):
        film = {"platform": "video", "options": {"video": video}}
        await ask.ask("POST", "/api/exports/price", body=film)
    await ask.ask("POST", f"{PROJECT}/export", body={"platform": "web", "options": {"x": 1}})
    path = f"{PROJECT}/export/{made['export']['id']}"
    shown = await ask.ask("GET", path)
    assert shown["export"]["traceId"] == TRACE.split("-")[1]
    epoch = next(m["epoch"] for m in seen.messages if m["type"] == "ready")
    first = next(m["seq"] for m in seen.messages if m["type"] == "log")
    ticket = (await ask.ask("POST", f"{path}/ticket"))["websocketUrl"]
    again = await ask.watch(f"{ticket}&epoch={epoch}&after_seq={first}")
    assert [m["seq"] for m in again.messages if m["type"] == "log"]
    ticket = (await ask.ask("POST", f"{path}/ticket"))["websocketUrl"]
    gap = await ask.watch(f"{ticket}&epoch=another&after_seq=5")
    assert {"type": "gap", "exportId": made["export"]["id"], "from": 1, "to": 5} in gap.messages
    for query in ("", "?page_size=1&status=completed&platform=web", "?status=none"):
        await ask.ask("GET", f"{PROJECT}/export{query}")
    for query in ("", "?after_seq=-1"):
        await ask.ask("GET", f"{path}/logs{query}")
    await ask.ask("GET", f"{path}/download")
    await ask.ask("GET", f"{path}/download", user=None)
    download = shown["export"]["downloadUrl"].partition("/api/")[2]
    await ask.ask("GET", f"/api/{download}", user=None)
    await ask.ask("GET", f"{path}/files?page_size=1")
    for verb in ("retry", "cancel"):
        await ask.ask("POST", f"{path}/{verb}")
    await ask.ask("GET", f"{PROJECT}/export/{NOBODY}")
    return str(made["export"]["id"])


async def film(here: Load, ask: Recorder) -> None:
    """Of a film that takes long a piece is under way and a picture is seen; then it is canceled."""
    body = {"platform": "video", "options": {"video": {"preset": "youtube-4k", "durationS": 30}}}
    made = await ask.ask("POST", f"{PROJECT}/export", body=body)
    export_id = made["export"]["id"]
    watching = asyncio.create_task(ask.watch(made["websocketUrl"]))
    recording = ask.recording
    before = len(recording.watched)
    await until(lambda: len(recording.watched) > before)
    await until(lambda: any(heard.subject.startswith("films.") for heard in recording.heard))
    seen = recording.watched[-1].messages
    while not any(message["type"] == "preview" for message in seen):
        await here.nc.publish(preview_subject(export_id), preview(export_id))
        await asyncio.sleep(0.1)
    await ask.ask("POST", f"{PROJECT}/export/{export_id}/cancel")
    await watching


async def play(ask: Recorder, export_id: str) -> None:
    """Links, made and changed, followed and revoked."""
    for path in (f"{PROJECT}/export/{export_id}/play", f"{PROJECT}/play"):
        await ask.ask("GET", path)
        await ask.ask("POST", path, body={"password": "x"})
        made = await ask.ask("POST", path)
        await ask.ask("POST", path, body={"expiresAt": "2999-01-01T00:00:00Z"})
        await ask.ask("GET", path)
        await player(ask, made["url"])
        await ask.ask("POST", path, body={"password": "open sesame"})
        await player(ask, made["url"])
        await ask.ask("DELETE", path)
        await player(ask, made["url"])


async def player(ask: Recorder, url: str) -> None:
    """The game itself, on its own origin, whose name no resolver of ours knows."""
    host = urlsplit(url).netloc
    base = f"http://127.0.0.1:{host.rpartition(':')[2]}"

    async def get(path: str, **headers: str) -> None:
        await ask.ask("GET", path, user=None, base=base, headers={"Host": host, **headers})

    await get("/")
    if etag := ask.recording.answers[-1].headers.get("etag"):
        await get("/", **{"If-None-Match": etag})
        await get("/", Range="bytes=0-3")
        await get("/", Range="bytes=9999-")
    await get("/none.png")
    form = {"Content-Type": "application/x-www-form-urlencoded", "Host": host}
    for password in (b"wrong", b"open+sesame"):
        data = b"password=" + password
        await ask.ask("POST", "/", user=None, base=base, data=data, headers=form)


async def cancels(ask: Recorder) -> None:
    """Canceled, with a receipt; then begun again."""
    made = await ask.ask("POST", f"{PROJECT}/export", body={"platform": "source"})
    path = f"{PROJECT}/export/{made['export']['id']}"
    await ask.ask("POST", f"{path}/cancel")
    await ask.ask("POST", f"{path}/cancel")
    await ask.watch((await ask.ask("POST", f"{path}/ticket"))["websocketUrl"])
    retried = await ask.ask("POST", f"{path}/retry")
    if "websocketUrl" in retried:
        await ask.watch(retried["websocketUrl"])


async def failures(here: Load, ask: Recorder) -> None:
    """By the project's fault, and by the storage's: a dead letter, looked at, replayed, dropped."""
    body = {"platform": "web", "options": {"appIcon": "icon.png"}}
    made = await ask.ask("POST", "/api/projects/invalid/export", body=body)
    await ask.watch(made["websocketUrl"])
    await ask.ask("POST", f"/api/projects/invalid/export/{made['export']['id']}/retry")

    made = [
        await ask.ask("POST", "/api/projects/lost/export", body={"platform": "source"})
        for _ in range(2)
    ]
    for each in made:
        await ask.watch(each["websocketUrl"])
    path = f"/api/projects/lost/export/{made[0]['export']['id']}"
    shown = await ask.ask("GET", path)
    letters = "/api/admin/dead-letters"
    seq = shown["export"]["deadLetter"]
    await ask.ask("GET", letters)
    await ask.ask("GET", letters, user="olga", role="admin")
    await ask.ask("GET", f"{letters}?group_by=cause&reason=x", user="olga", role="admin")
    await ask.ask("GET", f"{letters}?group_by=cause", user="olga", role="admin")
    await ask.ask("GET", f"{letters}/{seq}", user="olga", role="admin")
    await ask.ask("GET", f"{letters}/999999", user="olga", role="admin")
    wanted = {"filter": {"consumer": "packager-source"}, "dry_run": True, "reason": "a look"}
    await bulk_replay(ask, wanted)
    await here.users.mend()
    reason = {"reason": "the files are back"}
    for _ in range(2):
        await ask.ask("POST", f"{letters}/{seq}/replay", user="olga", role="admin", body=reason)
    await ask.watch((await ask.ask("POST", f"{path}/ticket"))["websocketUrl"])
    await bulk_replay(ask, {**wanted, "dry_run": False})
    await garbage(here, ask)
    drop = {"filter": {"reason": "none"}, "reason": "nothing to drop"}
    await ask.ask("POST", f"{letters}/drop", user="olga", role="admin", body=drop)
    await ask.ask("DELETE", f"{letters}/{seq}?reason=done", user="olga", role="admin")


async def bulk_replay(ask: Recorder, wanted: dict[str, Any]) -> None:
    """As a job, to its end."""
    letters = "/api/admin/dead-letters/replay"
    job = (await ask.ask("POST", letters, user="olga", role="admin", body=wanted))["job"]
    path = f"/api/admin/replays/{job}"
    while True:
        found = await ask.ask("GET", path, user="olga", role="admin")
        if found["status"] != "running":
            break
        await asyncio.sleep(0.2)


async def garbage(here: Load, ask: Recorder) -> None:
    """Bytes that are no event end in the dead letters, and can be looked at."""
    export_id = str(uuid.uuid4())
    headers = {
        "Nats-Msg-Id": f"garbage:{export_id}",
        "Aethel-Export-Id": export_id,
        "Aethel-Project-Id": "tour",
        "Aethel-User-Id": "player",
        "Aethel-Generation": "1",
        "traceparent": TRACE,
    }
    subject = f"exports.requested.web.{export_id}"
    await here.nc.jetstream().publish(subject, b"\xff\xfe garbage", headers=headers)
    heard = ask.recording.heard
    await until(lambda: any(h.subject == f"dead.packager-web.{export_id}" for h in heard))
    listed = await ask.ask("GET", "/api/admin/dead-letters", user="olga", role="admin")
    seq = next(x["seq"] for x in listed["deadLetters"] if x["exportId"] == export_id)
    await ask.ask("GET", f"/api/admin/dead-letters/{seq}", user="olga", role="admin")


async def refused_sockets(here: Load, ask: Recorder, export_id: str) -> None:
    """Each with the close code that says what to do."""
    made = await ask.ask("POST", f"{PROJECT}/export/{export_id}/ticket")
    place, _, ticket = made["websocketUrl"].partition("?ticket=")
    tokens = Tokens(here.world._credentials.jwt)
    late = Ticket(use="watch", export_id=export_id, project_id="tour", user_id="player")
    expired = tokens.ticket(late, lives_s=-60)
    closes = [
        (place, (), 4502),
        (f"{place}?ticket=nonsense", (), 4501),
        (f"{place}?ticket={expired}", (), 4003),
        (f"{place}?ticket={ticket}&after_seq=x", (), 4502),
        (place, ("aethel.export.v1", here.world.token("stranger")), 4504),
        (place.replace(export_id, "none"), ("aethel.export.v1", ticket), 4504),
        (place, ("aethel.export.v1", here.world.token()), 1000),
    ]
    for url, protocols, code in closes:
        assert (await ask.watch(url, protocols=protocols)).code == code, url


async def operators(ask: Recorder) -> None:
    """What they look at."""
    for path in (
        "/api/admin/audit?page_size=1",
        "/api/admin/workers",
        "/api/admin/infrastructure/status",
        "/api/admin/usage",
        "/api/admin/usage/player?page_size=1",
        "/api/exports/metrics",
    ):
        await ask.ask("GET", path, user="olga", role="admin")
    await ask.ask("GET", "/api/admin/workers")
    await ask.ask("GET", f"/api/admin/replays/{'0' * 32}", user="olga", role="admin")
    await ask.ask("DELETE", "/api/admin/projects/invalid?reason=x", user="olga", role="admin")
    await ask.ask("DELETE", "/api/admin/projects/none", user="olga", role="admin")


async def health(here: Load, ask: Recorder) -> None:
    """What orchestrators and Prometheus ask every service."""
    for service in ("gateway", "status", "packager-1", "uploader-1"):
        for path in ("/livez", "/readyz", "/metrics"):
            await ask.ask("GET", path, user=None, base=here.world.health(service))
    through_a_proxy = {"X-Forwarded-For": "203.0.113.7"}
    await ask.ask("GET", "/metrics", user=None, headers=through_a_proxy)
    await ask.ask("GET", "/schema/openapi.json", user=None)
    await ask.ask("GET", "/api/none")
    await ask.ask("PATCH", "/api/platforms")


async def given_up(here: Load, ask: Recorder) -> None:
    """JetStream's own word: a message was delivered as often as it may be."""
    js = here.nc.jetstream()
    consumer = api.ConsumerConfig(
        durable_name="impatient",
        ack_policy=api.AckPolicy.EXPLICIT,
        ack_wait=0.2,
        max_deliver=1,
        filter_subject="exports.completed.*.*",
    )
    reader = await js.pull_subscribe(
        "exports.completed.*.*", durable="impatient", stream=EXPORTS, config=consumer
    )
    await reader.fetch(1)
    with_advisory = "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES"
    while not any(heard.subject.startswith(with_advisory) for heard in ask.recording.heard):
        try:
            await reader.fetch(1, timeout=0.5)
        except TimeoutError:
            continue
    await js.delete_consumer(EXPORTS, "impatient")


def tar(files: dict[str, bytes]) -> bytes:
    """Uncompressed."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    """A ZIP."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()
