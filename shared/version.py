"""The product's version; its one place is ``pyproject.toml``."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def product_version() -> str:
    """The installed version; ``source`` where it runs from a checkout that was never installed."""
    try:
        return version("aethel-export")
    except PackageNotFoundError:
        return "source"
