"""A project's bytes: snapshots, blobs, single files, ZIP import."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from urllib.parse import unquote

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.params import FromQuery, JSONBody, QueryParameter
from litestar.response import Stream

from services.gateway.dependencies import CurrentUser, Injected
from services.gateway.http.openapi_config import streamed
from services.gateway.http.parameters import AnyRequest, BlobSha256, ProjectId
from services.gateway.http.problem_docs import WITH_BODY, problem_responses
from services.gateway.projects.snapshot_pages import snapshot_page
from services.gateway.projects.zip_names import CodePage
from services.gateway.responses.projects import (
    MissingBlobs,
    RemovedFile,
    SnapshotFiles,
    SnapshotResult,
    StoredBlob,
    StoredBlobs,
)
from shared.domain import events
from shared.domain.paths import check_path
from shared.domain.private_files import never_shipped
from shared.domain.project import FileEntry, Manifest
from shared.errors import InvalidRequestError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from services.gateway.projects.proposal import Files


RAW = "application/octet-stream"
SENDING = (*WITH_BODY, 403, 404, 422)  # what may be wrong with a body or its project


class WantedBlobs(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"
):
    """Hashes, and what the whole project is to have, as far as that is known."""

    sha256: Annotated[list[events.Sha256], msgspec.Meta(max_length=10_000)]
    files: Annotated[int, msgspec.Meta(ge=0)] = 0
    total_bytes: Annotated[int, msgspec.Meta(ge=0)] = 0


class FileRoutes(Controller):
    """``/api/projects/{id}/…``; bodies are streamed, so the limit on buffered ones is off."""

    path = "/projects/{project_id:str}"
    tags = ["files"]  # noqa: RUF012 - Litestar reads a plain list
    request_max_body_size = None

    @put(
        "/snapshot",
        status_code=201,
        responses=problem_responses(*SENDING, 409),
        operation_class=streamed("application/json", struct=Manifest),
    )
    async def propose(
        self, project_id: ProjectId, request: AnyRequest, user: CurrentUser, deps: Injected
    ) -> SnapshotResult:
        """What the project consists of: 201, or 409 with the hashes that are missing.

        At most 32 MiB; 413 for more files than a project may have, 503 with Retry-After where
        others' projects are being worked on for too long.
        """
        body = deps.upload_meter.metered(user.user_id, request.stream())
        return SnapshotResult.of(*await deps.manifests.propose(project_id, user, body))

    @get("/snapshot", responses=problem_responses(404))
    async def show(
        self,
        *,
        project_id: ProjectId,
        user: CurrentUser,
        deps: Injected,
        page_size: Annotated[int, QueryParameter(ge=1, le=1_000)] = 200,
        page_token: FromQuery[str | None] = None,
    ) -> SnapshotFiles:
        """The project's files as they are now, by path; all pages are of one snapshot."""
        project = (await deps.projects.get(project_id, user, "viewer")).value
        return await snapshot_page(
            deps.snapshots, project, user, size=page_size, page_token=page_token
        )

    @put(
        "/blobs/{sha256:str}",
        status_code=201,
        responses=problem_responses(*SENDING),
        operation_class=streamed(RAW),
    )
    async def put_blob(
        self,
        *,
        project_id: ProjectId,
        sha256: BlobSha256,
        request: AnyRequest,
        user: CurrentUser,
        deps: Injected,
    ) -> StoredBlob:
        """One blob, raw.

        408 where it comes too slowly, 503 with Retry-After where others' uploads take all places.
        """
        project = (await deps.projects.get_or_create(project_id, user)).value
        deps.uploads.check_size(_announced_bytes(request))
        body = deps.upload_meter.metered(user.user_id, request.stream())
        stored = await deps.uploads.blob(project, user.user_id, sha256, body)
        return StoredBlob(sha256=stored.sha256, size=stored.size)

    @post(
        "/blobs",
        status_code=201,
        responses=problem_responses(*SENDING),
        operation_class=streamed("application/x-tar"),
    )
    async def put_blobs(
        self, project_id: ProjectId, request: AnyRequest, user: CurrentUser, deps: Injected
    ) -> StoredBlobs:
        """Many small blobs in one uncompressed tar, its entries named by their SHA-256."""
        project = (await deps.projects.get_or_create(project_id, user)).value
        body = deps.upload_meter.metered(user.user_id, request.stream())
        return StoredBlobs(stored=await deps.uploads.tar(project, user.user_id, body))

    @post("/blobs/missing", status_code=200, responses=problem_responses(*WITH_BODY, 403, 404))
    async def missing_blobs(
        self, project_id: ProjectId, data: JSONBody[WantedBlobs], user: CurrentUser, deps: Injected
    ) -> MissingBlobs:
        """Which of some blobs the project lacks: what is missing can go while more is hashed.

        413 where `files` and `totalBytes` say that the project would be too large.
        """
        deps.snapshots.check_limits(data.files, data.total_bytes)
        project = (await deps.projects.get_or_create(project_id, user)).value
        return MissingBlobs(missing=await deps.snapshots.missing(project, user, data.sha256))

    @put(
        "/files/{path:path}",
        status_code=201,
        responses=problem_responses(*SENDING),
        operation_class=streamed(RAW),
    )
    async def put_file(
        self, project_id: ProjectId, request: AnyRequest, user: CurrentUser, deps: Injected
    ) -> SnapshotResult:
        """One file; makes a new snapshot."""
        path = check_path(_path(request))
        project = (await deps.projects.get_or_create(project_id, user)).value
        deps.uploads.check_size(_announced_bytes(request))
        body = deps.upload_meter.metered(user.user_id, request.stream())
        stored = await deps.uploads.file(project, user.user_id, body)
        change = {path: FileEntry(stored.sha256, stored.size)}
        snapshot = await deps.snapshots.commit(project_id, user, lambda f: {**f, **change})
        return SnapshotResult.of(snapshot, never_shipped(change))

    @get("/files/{path:path}", media_type=RAW, responses=problem_responses(404))
    async def get_file(
        self, project_id: ProjectId, request: AnyRequest, user: CurrentUser, deps: Injected
    ) -> Stream:
        """One file of the head, never shown by a browser as a page of ours."""
        project = (await deps.projects.get(project_id, user, "viewer")).value
        path = _path(request)
        found = await deps.snapshots.file(project, user, path)
        if found is None:
            raise NotFoundError(f"no file {path!r}")
        blocks = deps.storage.read(found.object, offset=found.offset, size_bytes=found.size)
        return Stream(
            await _begun(blocks),
            media_type=RAW,
            headers={"Content-Length": str(found.size), "Content-Disposition": "attachment"},
        )

    @delete("/files/{path:path}", status_code=200, responses=problem_responses(403, 404))
    async def delete_file(
        self, project_id: ProjectId, request: AnyRequest, user: CurrentUser, deps: Injected
    ) -> RemovedFile:
        """One file less; makes a new snapshot."""
        await deps.projects.get(project_id, user, "editor")
        path = _path(request)

        def without(files: Files) -> Files:
            if path not in files:
                raise NotFoundError(f"no file {path!r}")
            return {name: entry for name, entry in files.items() if name != path}

        return RemovedFile(snapshot=await deps.snapshots.commit(project_id, user, without))

    @post(
        "/import",
        status_code=201,
        responses=problem_responses(*SENDING),
        operation_class=streamed("application/zip"),
    )
    async def import_zip(
        self,
        project_id: ProjectId,
        request: AnyRequest,
        user: CurrentUser,
        deps: Injected,
        encoding: FromQuery[CodePage | None] = None,
    ) -> SnapshotResult:
        """A ZIP in place of everything that was there.

        What is no part of a game stays out, names get the Unicode form NFC, and the answer says so.
        `encoding` is that of names that do not say it. At most half of GATEWAY_SPOOL_BYTES; 503
        with Retry-After where others fill the rest.
        """
        project = (await deps.projects.get_or_create(project_id, user)).value
        imported = await deps.zip_imports.receive(
            project,
            user.user_id,
            deps.upload_meter.metered(user.user_id, request.stream()),
            announced_bytes=_announced_bytes(request),
            code_page=encoding,
        )
        unpacked_bytes = sum(file.size for file in imported.files.values())
        await deps.user_quotas.owe_upload(user.user_id, unpacked_bytes)
        snapshot = await deps.snapshots.commit(project_id, user, lambda _: imported.files)
        return SnapshotResult.of(snapshot, imported.warnings)


async def _begun(blocks: AsyncGenerator[bytes, None]) -> AsyncIterator[bytes]:
    """The same blocks, the first one read: an error shows before the answer begins."""
    first = await anext(blocks, b"")

    async def all_of_them() -> AsyncIterator[bytes]:
        yield first
        async for block in blocks:
            yield block

    return all_of_them()


def _path(request: AnyRequest) -> str:
    """The path as it was sent: a path parameter has been tidied up."""
    below = bytes(request.scope["raw_path"]).partition(b"/projects/")[2]
    raw = below.partition(b"/")[2].removeprefix(b"files/")  # a project's id may be "files" too
    try:
        return unquote(raw, errors="strict")
    except UnicodeDecodeError as error:
        raise InvalidRequestError("the path is not UTF-8") from error


def _announced_bytes(request: AnyRequest) -> int:
    """What the client says it will send; 0 where it does not say."""
    text = request.headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() else 0
