from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.shell.desktop import Screen, screen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Screen]:
    """A screen, with a home folder that is empty at first."""
    with screen(tmp_path / "home") as there:
        yield there
