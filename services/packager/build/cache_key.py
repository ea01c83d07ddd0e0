"""The cache key names an artifact by a hash of everything that shapes its bytes."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.build.manifest import with_manifest
from services.packager.build.private_files import public_files
from services.packager.build.signature import notes_of
from services.packager.build.strictness import refuse_warnings
from services.packager.processes.cpu_features import cpu_features

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.packager.build.context import BuildContext
    from services.packager.build.plan import BuildPlan, Exporter
    from services.packager.project.files import ProjectFiles
    from services.packager.request import Request
    from services.packager.signing.signed_by import SignedBy

BUILD_VERSION: Final = "4"  # raise it with every change here that changes the bytes of an artifact
_SHAPING: Final = ("av", "deflate", "pillow", "wasmtime", "zlib-ng")


@cache
def tool_versions(*, encoding: bool) -> Mapping[str, str]:
    """What shapes the bytes of an artifact beside its inputs.

    Args:
        encoding: Whether pictures and sounds are encoded, which no two kinds of processors need do
            to the same bytes; all else they do.
    """
    versions = {"aethel-export-build": BUILD_VERSION, **{name: version(name) for name in _SHAPING}}
    return versions | ({"processor": cpu_features()} if encoding else {})


def plan_of(
    exporter: Exporter,
    project: ProjectFiles,
    request: Request,
    context: BuildContext,
    *,
    snapshot: str,
) -> BuildPlan:
    """What the exporter plans, and the manifest that every artifact carries.

    Raises:
        ProjectError: What is wrong with the project; also its warnings, where they may not be.
    """
    public = public_files(project, request.platform, context.derived)
    plan = public.planned(lambda files: exporter.plan(files, request, context))
    signed_by = context.signer.signed_by if context.signer else None
    if signed_by:
        plan = msgspec.structs.replace(plan, notes=(*notes_of(signed_by), *plan.notes))
    if request.options.strict:
        refuse_warnings(plan)
    return with_manifest(
        plan, snapshot=snapshot, request=request, tools=tools_of(request), signed_by=signed_by
    )


def build_key(
    plan: BuildPlan,
    *,
    snapshot: str,
    request: Request,
    signed_by: SignedBy | None = None,
    once: str | None = None,
) -> str:
    """The key is a SHA-256 over the canonical JSON of all that shapes the artifact.

    ``once`` names this very build, where another one would give other bytes.
    """
    inputs = {
        "snapshot": snapshot,
        "request": request,
        "templates": [template.to_dict() for template in plan.templates],
        "tools": tools_of(request),
        **({"packages": plan.packages} if plan.packages else {}),
        **({"lacking": plan.lacking} if plan.lacking else {}),
        **({"signature": signed_by.identity} if signed_by and signed_by.identity else {}),
        **({"once": once} if once else {}),
    }
    return hashlib.sha256(msgspec.json.encode(inputs, order="deterministic")).hexdigest()


def tools_of(request: Request) -> Mapping[str, str]:
    """What shapes the bytes of this request's artifact beside its inputs."""
    return tool_versions(encoding=request.options.optimize != "off")
