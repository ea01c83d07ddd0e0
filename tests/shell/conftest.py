from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.shell.desktop import Screen, screen
from tests.shell.sanitized import compile_library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Screen]:
    """A screen, with a home folder that is empty at first."""
    with screen(tmp_path / "home") as there:
        yield there


@pytest.fixture
def chromium(desk: Screen, tmp_path: Path) -> None:
    """The first browser on PATH: Chromium, which root cannot start with its sandbox."""
    real = shutil.which("chromium") or shutil.which("google-chrome")
    assert real, "no Chromium: apt-get install chromium"
    wrapper = tmp_path / "bin" / "google-chrome"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\nexec {real} --no-sandbox --enable-unsafe-swiftshader "$@"\n')
    wrapper.chmod(0o755)
    desk.environ["PATH"] = f"{wrapper.parent}{os.pathsep}{desk.environ['PATH']}"


@pytest.fixture(scope="session")
def sanitized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the shell's code as a library that notices every wrong access."""
    folder = tmp_path_factory.mktemp("sanitized")
    compile_library(folder)
    return folder
