from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest

from services.packager.build import inputs
from services.packager.build.inputs import BuildInputs
from services.packager.build.plan import BuildPlan, Content
from services.packager.runtimes.registry import describe
from tests.projects import request

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = {"registry": "a"}
ASKED: dict[str, Any] = {"project_id": "p1", "snapshot": "1" * 64}


def _template(folder: Path, name: str, text: str) -> None:
    (folder / name).mkdir(exist_ok=True)
    (folder / name / "file.txt").write_text(text)
    describe(folder / name, name=name, version="1")


def test_whatever_can_shape_an_artifact_is_among_its_inputs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of these alone gives another name, and the same again the same."""
    _template(tmp_path, "player", "one")
    known = BuildInputs(tmp_path, SETTINGS)
    web = request("web")
    names = {
        "first": known.of(web, **ASKED),
        "project": known.of(web, **{**ASKED, "project_id": "p2"}),
        "snapshot": known.of(web, **{**ASKED, "snapshot": "2" * 64}),
        "platform": known.of(request("source"), **ASKED),
        "configuration": known.of(request("web", "debug"), **ASKED),
        "setting": BuildInputs(tmp_path, {"registry": "b"}).of(web, **ASKED),
        "signature": known.of(web, **ASKED, signature="1"),
        "another signature": known.of(web, **ASKED, signature="2"),
        **{
            str(option): known.of(request("web", **option), **ASKED)
            for option in (
                {"app_name": "Game"},
                {"exclude_patterns": ("*.psd",)},
                {"strict": True},
                {"optimize": "lossless"},
                {"max_bytes": 7},
            )
        },
    }
    assert known.of(request("web"), **ASKED) == names["first"]
    _template(tmp_path, "player", "another")
    names["template"] = known.of(web, **ASKED)
    _template(tmp_path, "unused", "one")
    names["one template more"] = known.of(web, **ASKED)
    monkeypatch.setattr(inputs, "product_version", lambda: "99")
    names["product"] = known.of(web, **ASKED)
    monkeypatch.setattr(inputs, "tools_of", lambda _: {"deflate": "99"})
    names["tool"] = known.of(web, **ASKED)
    assert [pair for pair in combinations(names, 2) if names[pair[0]] == names[pair[1]]] == []


@pytest.mark.parametrize(
    ("shaped_by", "reusable"),
    [
        ({}, True),
        ({"packages": ("three@1",)}, True),
        ({"reproducible": False}, False),
        ({"lacking": ("node",)}, False),
    ],
)
def test_a_build_says_what_else_has_shaped_it(
    shaped_by: dict[str, Any],
    reusable: bool,
) -> None:
    """A clock, or a program that another packager has: whoever asks again wants better."""
    plan = BuildPlan(contents=(Content.made("a", b""),), title="", version="1", **shaped_by)
    assert plan.reusable == reusable
