"""What is left once everything has ended and was swept: exactly what somebody still needs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from services.packager.storage.disk_cache import WORK
from shared.domain.events import now
from shared.domain.project import decode_snapshot
from shared.storage import keys
from shared.stores.artifacts import bind_artifacts
from shared.stores.exports import bind_exports
from shared.stores.projects import bind_projects, project_key
from tests.chaos.world import SERVICES
from tests.e2e.conftest import left_over

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from shared.storage.bucket import Storage
    from tests.chaos.world import World


async def remains(js: JetStreamContext, storage: Storage, world: World) -> list[str]:
    """What should not be there, or should be and is not, in words."""
    stored = {item.key async for item in storage.objects("projects/")}
    needed, claimed = await _artifacts(js)
    for project_id, snapshot in await _snapshots(js):
        needed |= await _objects(storage, project_id, snapshot)
    lost = {key for key in needed - stored if not await _is_there(storage, key)}
    return [
        *(f"orphan upload of {upload.key}" for upload in await storage.uploads("")),
        *(f"orphan object {key}" for key in sorted(stored - needed - claimed)),
        *(f"lost object {key}" for key in sorted(lost)),
        *await _of_packagers(world),
    ]


async def _is_there(storage: Storage, key: str) -> bool:
    """Whether it can be read, although it is not listed.

    SeaweedFS that is killed while it makes an object may have written that and not the folder
    above it, which only its lists go by.
    """
    found = await storage.head(key)
    return found is not None and len(await storage.get(key)) == found.size_bytes


async def _artifacts(js: JetStreamContext) -> tuple[set[str], set[str]]:
    """Those that can be downloaded, and those that may be there until they expire.

    An export that is canceled while it is committed leaves one of these. An artifact may have a
    list of its files beside it.
    """
    claims = await bind_artifacts(js)
    found = [await claims.get(key) for key in await claims.keys()]
    records = [claim.value for claim in found if claim]
    ready = {record.artifact.key for record in records if record.state == "ready"}
    allowed = {keys.artifact_list(record.artifact.key) for record in records}
    return ready, allowed | {record.artifact.key for record in records} - ready


async def _snapshots(js: JetStreamContext) -> set[tuple[str, str]]:
    """By project: its head, and what a retry after the artifact's expiry would start from."""
    projects = await bind_projects(js)
    exports = await bind_exports(js)
    heads = [await projects.get(key) for key in await projects.keys(project_key("*"))]
    documents = [await exports.get(key) for key in await exports.keys()]
    states = [found.value.state for found in documents if found]
    return {(found.value.id, found.value.head) for found in heads if found and found.value.head} | {
        (state.project_id, state.snapshot)
        for state in states
        if state.snapshot and state.download_expires_at and state.download_expires_at > now()
    }


async def _objects(storage: Storage, project_id: str, snapshot: str) -> set[str]:
    """A snapshot, what its files lie in, and the indexes of packs."""
    key = keys.snapshot(project_id, snapshot)
    objects = decode_snapshot(await storage.get(key)).objects
    packs = {name for name in objects if name.startswith(keys.packs(project_id))}
    return {key, *objects, *map(keys.pack_index, packs)}


async def _of_packagers(world: World) -> list[str]:
    """Folders that nobody works in any more, and programs that nobody waits for.

    A worker whose export another has ended meanwhile may have to end its own build first.
    """
    for _ in range(600):
        if not (left := _left(world)):
            break
        await asyncio.sleep(0.1)
    return left


def _left(world: World) -> list[str]:
    works = [world.cache(name) / WORK for name, kind in SERVICES.items() if kind == "packager"]
    return [
        *(f"orphan workspace {folder}" for work in works for folder in work.iterdir()),
        *(f"orphan process {left}" for work in works for left in left_over(work)),
    ]
