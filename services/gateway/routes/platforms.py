"""What can be exported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import msgspec
from litestar import get

from services.gateway.exports.availability import (
    lacking,
    reason,
    serving,
    signing_keys,
    waiting,
)
from services.gateway.routes.given import TheWorkers
from shared.domain.options import ExportOptions, Platform
from shared.domain.platforms import PLATFORMS, PlatformSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.stores.worker_registry import WorkerHeartbeat


@get("/platforms", tags=["platforms"])
async def list_platforms(workers: TheWorkers) -> dict[str, Any]:
    """Every platform: whether it can be had, what it costs, what its options do."""
    living = await workers.living()
    return {"platforms": [_shown(name, living) for name in get_args(Platform)]}


def _shown(name: str, living: Sequence[WorkerHeartbeat]) -> dict[str, Any]:
    spec = PLATFORMS.get(name)
    if spec is None:
        return {
            "platform": name,
            "available": False,
            "reason": "This version has no exporter for it.",
        }
    workers = serving(spec, living)
    missing = lacking(spec, workers)
    why_waiting = waiting(spec, living)
    keys = signing_keys(spec, workers)
    return {
        "platform": name,
        "available": why_waiting is None and "always" not in missing.values(),
        "reason": reason(missing) or why_waiting,
        "summary": spec.summary,
        "minutes": spec.minutes,
        "formats": spec.formats,
        "architectures": spec.architectures,
        "templates": _templates(spec, workers),
        "signingConfigured": bool(keys),
        "signingKeys": keys,
        "options": _options(spec),
    }


def _templates(spec: PlatformSpec, workers: Sequence[WorkerHeartbeat]) -> list[dict[str, Any]]:
    """What its workers need, and the versions that the living ones have."""
    return [
        {
            "name": template,
            "neededFor": need,
            "versions": sorted({v for w in workers if (v := w.templates.get(template))}),
        }
        for template, need in spec.templates.items()
    ]


def _options(spec: PlatformSpec) -> dict[str, Any]:
    """JSON Schema of the options that have an effect here, and why the others are refused."""
    (_, components) = msgspec.json.schema_components([ExportOptions])
    properties = components["ExportOptions"]["properties"]
    return {
        "schema": {
            "type": "object",
            "properties": {
                option: {**properties[option], "description": effect}
                for option, effect in spec.effects.items()
            },
        },
        "refused": spec.refusals,
    }
