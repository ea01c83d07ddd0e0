from __future__ import annotations

from typing import TYPE_CHECKING

from services.gateway.exports import unfolded_exports
from services.gateway.exports.unfolded_exports import UnfoldedExports

if TYPE_CHECKING:
    import pytest


def test_each_project_has_its_own_until_they_are_folded() -> None:
    """Folding one that was never added is fine."""
    unfolded = UnfoldedExports()
    for project, export in (("p", "a"), ("p", "b"), ("q", "c")):
        unfolded.add(project, export)
    unfolded.remove("p", "a")
    unfolded.remove("q", "a")
    assert set(unfolded.of("p")) == {"b"}
    assert set(unfolded.of("q")) == {"c"}
    unfolded.remove("q", "c")
    assert not unfolded.of("q")


def test_those_that_nobody_folds_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest first, with the next that is added, of whatever project."""
    unfolded = UnfoldedExports()
    monkeypatch.setattr(unfolded_exports, "UNFOLDED_S", 0.0)
    unfolded.add("p", "a")
    monkeypatch.undo()
    unfolded.add("q", "b")
    assert not unfolded.of("p")
    assert set(unfolded.of("q")) == {"b"}
