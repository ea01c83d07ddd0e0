"""Which platforms can be had at the moment, as far as their living workers say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.domain.entry_page import is_engine_project, is_surely_built
from shared.domain.signing_policy import key_for
from shared.domain.waiting import Wait
from shared.errors import ExportError
from shared.jetstream.topology import packager_durable
from shared.stores.worker_registry import obstacle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.gateway.exports.request import ExportRequest
    from shared.domain.platforms import PlatformSpec
    from shared.stores.worker_registry import WorkerHeartbeat


# What cannot be exported without a template that is needed for it.
_LACKING: Final = {
    "built-pages": "page that has to be built",
    "engine-projects": "project in the engine's own format",
}


class PlatformUnavailableError(ExportError):
    """No worker has what the platform needs for this project."""

    code = "platform-unavailable"
    title = "The platform is not available"
    status = 422


def serving(spec: PlatformSpec, living: Sequence[WorkerHeartbeat]) -> list[WorkerHeartbeat]:
    """The workers that pack a platform."""
    return [worker for worker in living if spec.name in worker.platforms]


def lacking(spec: PlatformSpec, workers: Sequence[WorkerHeartbeat]) -> dict[str, str]:
    """Templates that none of the workers has. Nobody alive says nothing: workers scale to none."""
    return {
        template: need
        for template, need in spec.templates.items()
        if workers and not any(template in worker.templates for worker in workers)
    }


def reason(missing: dict[str, str]) -> str | None:
    """What cannot be exported, if anything, and what an operator does about it."""
    if not missing:
        return None
    names = ", ".join(sorted(missing))
    needs = set(missing.values())
    kinds = " and no ".join(_LACKING[need] for need in sorted(needs - {"always"}))
    what = "Nothing" if "always" in needs else f"No {kinds}"
    return (
        f"{what} can be exported: no worker has the runtime template {names}. "
        "Operators run `make templates`, or `aethel-export templates install`."
    )


def uninstalled(spec: PlatformSpec, living: Sequence[WorkerHeartbeat]) -> str | None:
    """What the machines of all workers lack that would pack the platform; None where one does."""
    names = sorted({name for worker in living for name in worker.lacks.get(spec.name, ())})
    if not names or serving(spec, living):
        return None
    return (
        f"Nothing can be exported: no worker has {', '.join(names)}. Operators run "
        "`make system-packages` and `make templates`, and start the packager anew."
    )


def waiting(spec: PlatformSpec, living: Sequence[WorkerHeartbeat]) -> str | None:
    """Why an accepted export of the platform would only wait; None where a worker takes it."""
    why = obstacle(packager_durable(spec.name), living)
    return why and Wait(stage="build", platform=spec.name).sentence(why)


def signing_keys(spec: PlatformSpec, workers: Sequence[WorkerHeartbeat]) -> list[str]:
    """Names of the keys that any of the workers has, sorted."""
    return sorted({name for worker in workers for name in worker.signing_keys.get(spec.name, ())})


def check_available(
    spec: PlatformSpec,
    wanted: ExportRequest,
    living: Sequence[WorkerHeartbeat],
    entries: frozenset[str],
) -> None:
    """Refuse what no living worker could pack or sign.

    Args:
        spec: The platform.
        wanted: What is asked for.
        living: All workers.
        entries: What may be opened of the project: it tells what kind of project it is.

    Raises:
        PlatformUnavailableError, UnknownKeyError, SigningRequiredError: Why, and what to do.
    """
    if why := uninstalled(spec, living):
        raise PlatformUnavailableError(f"{spec.name}: {why}")
    workers = serving(spec, living)
    missing = lacking(spec, workers)
    needs = {
        "always",
        *(("engine-projects",) if is_engine_project(entries) else ()),
        *(("built-pages",) if is_surely_built(entries) else ()),
    }
    if not needs.isdisjoint(missing.values()):
        raise PlatformUnavailableError(f"{spec.name}: {reason(missing)}")
    if workers:
        key_for(spec, wanted.configuration, wanted.options, signing_keys(spec, workers))
