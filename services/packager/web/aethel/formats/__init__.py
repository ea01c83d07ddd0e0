"""The formats that are read: each module or package here with a ``FORMAT`` is one.

What the player reads itself (levels, runtime scenes, their prefabs, materials and controllers) is
none of them.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.packager.web.aethel.documents.format import Format


@cache
def formats() -> tuple[Format, ...]:
    """Every format by its name; a new one is one new file or folder here."""
    modules = (
        importlib.import_module(f"{__name__}.{info.name}")
        for info in pkgutil.iter_modules(__path__)
    )
    return tuple(module.FORMAT for module in modules)
