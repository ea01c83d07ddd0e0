"""A variable of the environment, for as long as a stack is measured."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def environment(name: str, value: str) -> Iterator[None]:
    """Set until the block ends."""
    os.environ[name] = value
    try:
        yield
    finally:
        del os.environ[name]
