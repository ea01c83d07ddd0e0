"""Which platforms can be had at the moment, as far as their living workers say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.platforms import PlatformSpec
    from shared.workers import WorkerSign


class PlatformUnavailableError(ExportError):
    """No worker has what the platform always needs."""

    code = "platform-unavailable"
    title = "The platform is not available"
    status = 422


def serving(spec: PlatformSpec, living: Sequence[WorkerSign]) -> list[WorkerSign]:
    """The workers that pack a platform."""
    return [worker for worker in living if spec.name in worker.platforms]


def lacking(spec: PlatformSpec, workers: Sequence[WorkerSign]) -> dict[str, str]:
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
    what = "Nothing" if "always" in missing.values() else "No project in the engine's own format"
    return (
        f"{what} can be exported: no worker has the runtime template {names}. "
        "Operators run `make templates`, or `aethel-export templates install`."
    )


def check_available(spec: PlatformSpec, living: Sequence[WorkerSign]) -> None:
    """Refuse what no living worker could pack, whatever the project.

    Raises:
        PlatformUnavailableError: Why.
    """
    missing = lacking(spec, serving(spec, living))
    if "always" in missing.values():
        raise PlatformUnavailableError(f"{spec.name}: {reason(missing)}")
