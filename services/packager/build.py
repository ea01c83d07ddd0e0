"""The complete plan of an artifact, and its name: a hash of everything that shapes its bytes."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.manifest import with_manifest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.packager.plan import Exporter, Plan, Request
    from services.packager.project import ProjectFiles
    from services.packager.workbench import Workbench

BUILD_VERSION: Final = "1"  # raise it with every change here that changes the bytes of an artifact
_SHAPING: Final = ("av", "deflate", "pillow", "zlib-ng")


@cache
def tool_versions() -> Mapping[str, str]:
    """The versions of what shapes the bytes of an artifact."""
    return {"aethel-export-build": BUILD_VERSION, **{name: version(name) for name in _SHAPING}}


def plan_of(
    exporter: Exporter, project: ProjectFiles, request: Request, bench: Workbench, *, snapshot: str
) -> Plan:
    """What the exporter plans, and the manifest that every artifact carries."""
    plan = exporter.plan(project, request, bench)
    return with_manifest(plan, snapshot=snapshot, request=request, tools=tool_versions())


def build_key(plan: Plan, *, snapshot: str, request: Request, once: str | None = None) -> str:
    """SHA-256 over the canonical JSON of snapshot, request, templates and tool versions.

    ``once`` names this very build, where another one would give other bytes.
    """
    inputs = {
        "snapshot": snapshot,
        "request": request,
        "templates": [template.told() for template in plan.templates],
        "tools": tool_versions(),
        **({"once": once} if once else {}),
    }
    return hashlib.sha256(msgspec.json.encode(inputs, order="deterministic")).hexdigest()
