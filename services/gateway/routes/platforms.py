"""What can be exported."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import msgspec
from litestar import get
from msgspec import UNSET

from services.gateway.dependencies import Injected
from services.gateway.exports.availability import (
    lacking,
    reason,
    serving,
    signing_keys,
    uninstalled,
    waiting,
)
from services.gateway.http.problem_docs import problem_responses
from services.gateway.responses.option_schema import whole
from services.gateway.responses.platforms import (
    OptionSchema,
    OptionsSchema,
    PlatformList,
    PlatformOptions,
    PlatformView,
    TemplateNeed,
)
from shared.domain.options import ExportOptions, Platform
from shared.domain.platforms import PLATFORMS, PlatformSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.stores.worker_registry import WorkerHeartbeat


@get("/platforms", tags=["platforms"], responses=problem_responses())
async def list_platforms(deps: Injected) -> PlatformList:
    """Every platform: whether it can be had, what it costs, what its options do."""
    living = await deps.workers.living()
    return PlatformList(platforms=[_view(name, living) for name in get_args(Platform)])


def _view(name: Platform, living: Sequence[WorkerHeartbeat]) -> PlatformView:
    spec = PLATFORMS[name]
    workers = serving(spec, living)
    missing = lacking(spec, workers)
    why_waiting = waiting(spec, living)
    keys = signing_keys(spec, workers)
    return PlatformView(
        platform=name,
        available=why_waiting is None and "always" not in missing.values(),
        reason=uninstalled(spec, living) or reason(missing) or why_waiting,
        summary=spec.summary,
        minutes=spec.minutes,
        minutes_by=spec.minutes_by or UNSET,
        formats=spec.formats,
        key_formats=spec.key_formats,
        maker_signed_formats=spec.maker_signed_formats,
        architectures=spec.architectures,
        templates=_templates(spec, workers),
        debug_keys=spec.debug_keys,
        signing_configured=bool(keys),
        signing_keys=keys,
        options=_options(spec),
    )


def _templates(spec: PlatformSpec, workers: Sequence[WorkerHeartbeat]) -> list[TemplateNeed]:
    """What its workers need, and the versions that the living ones have."""
    return [
        TemplateNeed(
            name=template,
            needed_for=need,
            versions=sorted({v for w in workers if (v := w.templates.get(template))}),
        )
        for template, need in spec.templates.items()
    ]


def _options(spec: PlatformSpec) -> PlatformOptions:
    """JSON Schema of the options that have an effect here, and why the others are refused."""
    (_, components) = msgspec.json.schema_components([ExportOptions])
    properties = components["ExportOptions"]["properties"]
    described = {
        option: msgspec.convert(
            {**whole(properties[option], components), "description": effect}, OptionSchema
        )
        for option, effect in spec.effects.items()
    }
    return PlatformOptions(schema=OptionsSchema(properties=described), refused=spec.refusals)
