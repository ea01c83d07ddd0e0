from __future__ import annotations

from pathlib import Path

from tests.sharing import SHARED_BY

ROOT = Path(__file__).parents[2]


def test_files_that_share_are_there_and_so_is_what_they_share() -> None:
    """A file that was renamed would be given to a process of its own, and nobody would notice."""
    for file, shared in SHARED_BY.items():
        folder, _, fixture = shared.partition(": ")
        assert (ROOT / file).is_file(), file
        assert f"def {fixture}(" in (ROOT / folder / "conftest.py").read_text(), shared
