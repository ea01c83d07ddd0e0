"""Every kind of component is missed: with a player where it does nothing, one of these tests fails.

A copy of the player's sources, in which each can be taken out, is built as the player is.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pytest
from playwright.async_api import Error
from playwright.async_api import TimeoutError as BrowserTimeoutError

from services.packager.runtimes.build import node, source_of
from services.packager.runtimes.registry import Templates, describe
from services.packager.web.aethel.schema.components import KINDS
from shared.templates import DESCRIPTION
from tests import projects
from tests.browser.engine import (
    test_animator,
    test_audio,
    test_falling,
    test_navigation,
    test_particles,
    test_physics,
    test_pictures,
    test_scripts,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from playwright.async_api import Browser

    from tests.browser.engine.game import Site

_pictures = test_pictures.test_it_looks_like_the_page_written_by_hand
CHECKS: Final[dict[str, Callable[[Any, Any], Awaitable[None]]]] = {
    "MeshRenderer": partial(_pictures, name="fog-linear"),
    "Light": partial(_pictures, name="fog-linear"),
    "Camera": partial(_pictures, name="orthographic"),
    "Collider": test_physics.test_what_falls_comes_to_rest,
    "RigidBody": test_physics.test_what_falls_comes_to_rest,
    "FallingBody": test_falling.test_it_falls_to_its_ground_and_bounces,
    "AudioSource": test_audio.test_each_setting_is_heard,
    "ParticleSystem": test_particles.test_they_are_drawn_in_their_colours,
    "Animator": test_animator.test_the_first_clip_plays_where_nothing_else_is_said,
    "NavMeshAgent": test_navigation.test_it_walks_to_its_goal_and_stops_there,
    "Script": test_scripts.test_functions_do_as_well_as_a_class,
}
ABSENT: Final = "AbsentKind"  # stands in the built player for the kind that does nothing
INERT: Final = f"""
const absent = KINDS.findIndex(({{ type }}) => type === "{ABSENT}");
const {{ type, defaults }} = KINDS[absent];
KINDS[absent] = class extends Inert {{ static type = type; static defaults = defaults; }};
"""


@pytest.fixture(scope="module")
def player(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A player where components of the kind ``ABSENT`` are known and do nothing."""
    folder = tmp_path_factory.mktemp("inert")
    source = folder / "player"
    left_out = shutil.ignore_patterns("node_modules", "test")
    shutil.copytree(source_of("player"), source, ignore=left_out)
    (source / "node_modules").symlink_to(source_of("player") / "node_modules")
    index = source / "src/components/index.ts"
    text = 'import { Component as Inert } from "./component";\n' + index.read_text()
    changed, count = re.subn(r"(const KINDS = \[.*?\];)", rf"\1{INERT}", text, flags=re.DOTALL)
    assert count == 1
    index.write_text(changed)
    subprocess.run([node(), "build.mjs", str(folder / "built")], cwd=source, check=True)
    return folder / "built"


@pytest.fixture
def inert(player: Path, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exports get a player where components of that kind are known and do nothing."""
    shutil.copytree(player, tmp_path / "built/player")
    absent = [path for path in tmp_path.rglob("*.js") if ABSENT in path.read_text()]
    assert absent
    for path in absent:
        path.write_text(path.read_text().replace(ABSENT, kind))
    told = json.loads((tmp_path / "built/player" / DESCRIPTION).read_text())
    del told["files"]
    describe(tmp_path / "built/player", **told)
    monkeypatch.setattr(projects, "TEMPLATES", Templates(tmp_path / "built"))


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.usefixtures("inert")
@pytest.mark.parametrize("kind", CHECKS)
async def test_a_component_that_does_nothing_is_noticed(
    browser: Browser, site: Site, kind: str
) -> None:
    """The game still runs, and is seen or heard to be another."""
    with pytest.raises((AssertionError, Error)) as caught:
        await CHECKS[kind](browser, site)
    assert not isinstance(caught.value, BrowserTimeoutError)  # it has not even begun


def test_every_kind_is_looked_at() -> None:
    """A new one needs a check, too."""
    assert CHECKS.keys() == KINDS.keys()
