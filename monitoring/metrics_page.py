"""``docs/metrics.md``: a table for each module of ``shared/metrics``, below an introduction."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from prometheus_client.metrics import MetricWrapperBase

from shared import metrics

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

SUFFIXES: Final = {"counter": "_total", "info": "_info"}
PAGE: Final = Path(__file__).parent.parent / "docs/metrics.md"
FIRST: Final = "\n## "  # where the tables begin


def render() -> str:
    """The page, with its introduction as it stands."""
    introduction = PAGE.read_text().partition(FIRST)[0]
    return "\n".join((introduction, *map(_table, _modules())))


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.iter_modules(metrics.__path__, "shared.metrics."):
        module = import_module(found.name)
        if any(_metrics(module)):
            yield module


def _metrics(module: ModuleType) -> Iterator[MetricWrapperBase]:
    return (value for value in vars(module).values() if isinstance(value, MetricWrapperBase))


def _table(module: ModuleType) -> str:
    title = (module.__doc__ or "").partition("\n")[0].rstrip(".").replace("``", "`")
    rows = "".join(map(_row, _metrics(module)))
    return f"## {title}\n\n| metric | labels | what it says |\n|---|---|---|\n{rows}"


def _row(metric: MetricWrapperBase) -> str:
    (family,) = metric.describe()
    name = family.name + SUFFIXES.get(family.type, "")
    labels = ", ".join(f"`{label}`" for label in metric._labelnames)  # noqa: SLF001 - told nowhere
    return f"| `{name}` ({family.type}) | {labels} | {family.documentation} |\n"
