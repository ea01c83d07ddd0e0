"""A build, inside its process: it plans an artifact and packs it, and tells its packager.

From here on nothing is trusted but Python and our own code: the project's files are decoded,
bundled and packed in this process, and it may well be another one's by now.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.build.build_log import report_plan, warnings_of
from services.packager.build.cache_key import build_key, plan_of
from services.packager.build.context import BuildContext
from services.packager.build.naming import file_name
from services.packager.build.packing import pack
from services.packager.build.progress import megabytes
from services.packager.project.files import ProjectFiles
from services.packager.project.too_heavy import ProjectTooHeavyError
from services.packager.sandbox import channel
from services.packager.sandbox.messages import (
    Done,
    Failed,
    Job,
    Kind,
    Listing,
    Planned,
    Planning,
)
from services.packager.sandbox.outgoing_parts import OutgoingParts
from services.packager.sandbox.packager_link import PackagerLink
from services.packager.sandbox.remote import (
    RemoteDerivedFiles,
    RemoteFiles,
    RemoteMeter,
    RemotePackages,
    RemoteReporter,
    RemoteSigner,
)
from services.packager.sandbox.script_runner import ScriptRunner
from services.packager.storage.multipart_upload import MOST_EXPECTED_BYTES
from shared.domain.artifact_files import encode_files
from shared.errors import ExportError, PreflightError, ProjectError, UnknownPlatformError

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping
    from pathlib import Path

    from services.packager.build.plan import Exporter
    from services.packager.build.stages import Stage
    from services.packager.runtimes.registry import Templates
    from services.packager.sandbox.confinement import Limits

MAX_MESSAGE: Final = 8_000  # characters
MAX_TRACEBACK: Final = 30_000

_decoder: Final = msgspec.msgpack.Decoder(Job)


def run(
    job_file: int,
    end: socket.socket,
    exporters: Mapping[str, Exporter],
    templates: Templates,
    *,
    scratch: Path,
    limits: Limits,
) -> None:
    """Build what the job says; however that ends, the packager is told."""
    link = PackagerLink(end)
    try:
        data = channel.content(job_file, os.fstat(job_file).st_size)
        job = _decoder.decode(data)
        link.send(_built(job, link, exporters, templates, scratch=scratch, limits=limits))
    except channel.ClosedError:
        sys.exit(1)  # nobody wants it any more
    except BaseException as error:  # noqa: BLE001 - nobody else is there to hear of it
        link.send(failure(error))


def failure(error: BaseException) -> Failed:
    """An error as the packager is told of it; a limit of the system is the project's fault."""
    if isinstance(error, MemoryError) or _is_limit(error):
        error = ProjectTooHeavyError("memory" if isinstance(error, MemoryError) else "disk")
    if not isinstance(error, ExportError):
        return Failed(
            kind="final",
            code="internal",
            title=ExportError.title,
            status=ExportError.status,
            message=repr(error)[:MAX_MESSAGE],
            traceback="".join(traceback.format_exception(error))[-MAX_TRACEBACK:],
        )
    return Failed(
        kind=_kind(error),
        code=error.code,
        title=error.title,
        status=error.status,
        message=str(error)[:MAX_MESSAGE],
        public=error.public,
    )


def _kind(error: ExportError) -> Kind:
    if isinstance(error, PreflightError):
        return "preflight"
    if isinstance(error, ProjectError):
        return "project"
    return "retryable" if error.retryable else "final"


def _is_limit(error: BaseException) -> bool:
    return isinstance(error, OSError) and error.errno in {errno.EFBIG, errno.ENOMEM}


def _built(
    job: Job,
    link: PackagerLink,
    exporters: Mapping[str, Exporter],
    templates: Templates,
    *,
    scratch: Path,
    limits: Limits,
) -> Done:
    def tell(stage: Stage) -> None:
        link.send(Planning(stage))

    meter = RemoteMeter(link)
    reporter = RemoteReporter(link)
    files = RemoteFiles(link, meter)
    context = BuildContext(
        templates=templates,
        derived=RemoteDerivedFiles(link),
        packages=RemotePackages(link),
        scratch=scratch,
        threads=job.threads,
        signer=RemoteSigner(link, job.signed_by) if job.signed_by else None,
        scripts=ScriptRunner(limits, tell) if limits.own_programs else None,
        log=reporter.log,
        stage=tell,
        decoding=reporter.decoding,
    )
    request = job.request
    project = ProjectFiles(job.project_id, job.files, files.open)
    exporter = exporters.get(request.platform)
    if exporter is None:
        raise UnknownPlatformError(request.platform, exporters)
    plan = plan_of(exporter, project, request, context, snapshot=job.snapshot)
    report_plan(reporter, plan)
    if plan.size_bytes > MOST_EXPECTED_BYTES:
        raise ProjectTooHeavyError("room in its artifact", limit=megabytes(MOST_EXPECTED_BYTES))
    once = None if plan.reproducible else job.once
    answer, lent = link.ask(
        lambda number: Planned(
            number=number,
            file_name=file_name(plan, request),
            key=build_key(
                plan, snapshot=job.snapshot, request=request, signed_by=job.signed_by, once=once
            ),
            content_type=plan.content_type,
            size_bytes=plan.size_bytes,
            files=len(plan.contents),
            is_application=plan.application is not None,
            reusable=plan.reusable,
            warnings=warnings_of(plan),
        )
    )

    outgoing = OutgoingParts(link, lent, part_bytes=answer.part_bytes)
    packed = pack(
        plan,
        files,
        outgoing.send,
        meter,
        part_bytes=answer.part_bytes,
        gather=outgoing.gather,
        threads=job.threads,
        compression=request.compression,
        max_bytes=request.max_bytes,
        derived=context.derived,
    )
    outgoing.taken()
    meter.report()
    if packed.files and (listing := encode_files(packed.files)):
        link.ask(lambda number: Listing(number, len(listing)), [channel.in_memory(listing)])
    return Done(size_bytes=packed.size_bytes, sha256=packed.sha256)
