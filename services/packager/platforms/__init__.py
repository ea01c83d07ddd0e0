"""The platforms that can be packed: each module or package here with an ``EXPORTER`` is one."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.packager.build.plan import Exporter


def exporters() -> dict[str, Exporter]:
    """Every exporter by its name; a new platform is one new file or folder here."""
    modules = [
        importlib.import_module(f"{__name__}.{info.name}")
        for info in pkgutil.iter_modules(__path__)
    ]
    found: list[Exporter] = [module.EXPORTER for module in modules]
    return {exporter.name: exporter for exporter in found}
