"""What is wrong with a project is named: by the export, or on the page by the player."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from shared.errors import ProjectError
from tests.browser.conftest import until
from tests.browser.engine.game import Game
from tests.browser.engine.levels import level, project, thing
from tests.browser.engine.scenes import EYE, mesh
from tests.browser.engine.test_pictures import FILES
from tests.browser.engine.watching import script
from tests.projects import build, request

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from tests.browser.engine.game import Site

CHECKED = level(
    EYE,
    thing("box", mesh("box", "checked")),
    assets={"checked": "material:assets/checked.json", "checker": "texture:assets/checker.png"},
)
MATERIAL = {"assets/checked.json": json.dumps({"map": "checker"})}
TEXTURE = {"assets/checker.png": FILES["assets/checker.png"]}
LOOP = level(EYE, thing("hen", parentId="egg"), thing("egg", parentId="hen"))
BROKEN = "export function start() {\n  const far = ;\n}\n"


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        (project(CHECKED, MATERIAL), ["assets/checked.json", "assets/checker.png"]),
        (project(CHECKED, TEXTURE), ["assets/checked.json"]),
        (project(level(EYE), startScene="cellar"), ["game.json", "cellar", "main"]),
        (project(LOOP), ["scenes/main.json", "hen", "egg"]),
        (project(level(EYE, thing("a", script("gone.ts")))), ["scenes/main.json", "gone.ts"]),
        (
            project(level(EYE, thing("a", script("bad.ts"))), {"scripts/bad.ts": BROKEN}),
            ["scripts/bad.ts:2"],
        ),
        (project(level(EYE)) | {"scenes/main.json": b'{"entities": ['}, ["scenes/main.json"]),
    ],
)
def test_the_export_names_what_is_wrong(broken: dict[str, bytes], named: list[str]) -> None:
    """A missing texture, material, script or scene, a circle, what cannot be read."""
    with pytest.raises(ProjectError) as caught:
        build(broken, request("web"))
    for name in named:
        assert name in str(caught.value)


async def _panel(browser: Browser, url: str) -> Game:
    """The game's page once it shows an error."""
    game = Game(await browser.new_page(viewport={"width": 640, "height": 480}))
    await game.page.goto(url)
    await game.page.wait_for_selector(".panel.error", state="visible")
    return game


@pytest.mark.asyncio(loop_scope="session")
async def test_the_page_names_what_the_host_has_lost(browser: Browser, site: Site) -> None:
    """A file that went missing after the export is named, and the game can be played without it."""
    url = site.export(project(CHECKED, MATERIAL, TEXTURE))
    lost = next(path for path in site.files(url) if path.name.startswith("checker"))
    lost.unlink()
    game = await _panel(browser, url)
    assert "assets/checker.png" in await game.page.inner_text(".panel.error")
    await game.page.click("text=Play without it")
    await until(game.page, "AethelPlayer.game.scene !== null")
    assert not await game.page.is_visible(".panel.error")
    await game.page.close()


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(
    ("scene", "named"), [(b'{"entities": [', "main"), (json.dumps(LOOP).encode(), "hen")]
)
async def test_the_page_names_a_broken_scene(
    browser: Browser, site: Site, scene: bytes, named: str
) -> None:
    """A scene that was cut short or changed on the host: the panel says which and why."""
    options: dict[str, Any] = {"app_name": f"Broken {named}"}
    url = site.export(project(level(EYE, thing("box", mesh("box")))), **options)
    next(path for path in site.files(url) if path.name == "main.json").write_bytes(scene)
    game = await _panel(browser, url)
    text = await game.page.inner_text(".panel.error")
    assert named in text
    await game.page.close()
