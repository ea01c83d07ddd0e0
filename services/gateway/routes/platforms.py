"""What can be exported."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
from litestar import get

from shared.options import ExportOptions, Platform
from shared.platforms import PLATFORMS, PlatformSpec


@get("/platforms", tags=["platforms"], sync_to_thread=False)
def list_platforms() -> dict[str, Any]:
    """Every platform: whether it can be had, what it costs, what its options do."""
    return {"platforms": [_shown(name) for name in get_args(Platform)]}


def _shown(name: str) -> dict[str, Any]:
    spec = PLATFORMS.get(name)
    if spec is None:
        return {
            "platform": name,
            "available": False,
            "reason": "This version has no exporter for it.",
        }
    return {
        "platform": name,
        "available": True,
        "reason": None,
        "summary": spec.summary,
        "minutes": spec.minutes,
        "formats": spec.formats,
        "signingConfigured": False,
        "options": _options(spec),
    }


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
