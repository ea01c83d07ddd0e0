"""A game as the exporter makes it, in release: one that keeps what it needs, and plays."""

from __future__ import annotations

import io
import wave
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from tests.browser.player.assembling import CAMERA, FLOOR, SUN, entity, level
from tests.browser.player.conftest import WAIT_MS, Playing
from tests.engine import as_json, project
from tests.projects import build, request

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser

pytestmark = pytest.mark.asyncio(loop_scope="session")

SCRIPT = """
import { Script, audio } from "aethel";
export default class Falling extends Script<{ sound: string }> {
  start(): void { audio.play(this.properties.sound!); }
  onCollision(): void { this.entity.tags.add("landed"); }
}
"""


def _picture() -> bytes:
    """Half red, half green, smooth enough for a lossy form."""
    out = io.BytesIO()
    picture = Image.new("RGB", (64, 64), (200, 30, 30))
    picture.paste((30, 200, 30), (32, 0, 64, 64))
    picture.resize((256, 256), Image.Resampling.BICUBIC).save(out, "PNG", compress_level=0)
    return out.getvalue()


def _sound() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 48_000, 0, "NONE", ""))
        file.writeframes(b"\x00\x10\x00\xf0" * 12_000)
    return out.getvalue()


def _game() -> dict[str, bytes]:
    box: dict[str, dict[str, Any]] = {
        "MeshRenderer": {"meshId": "primitive:box", "materialIds": ["paint"]},
        "Collider": {},
        "RigidBody": {},
        "Script": {"scriptId": "scripts/falling.ts", "properties": {"sound": "boom"}},
    }
    names = {"paint": "paint.json", "colors": "colors.png", "bumps": "bumps.png"}
    named = [{"id": name, "type": "material", "path": f"assets/{p}"} for name, p in names.items()]
    named.append({"id": "boom", "type": "audio", "path": "assets/boom.wav"})
    scene: dict[str, Any] = level(
        CAMERA, SUN, FLOOR, entity("box", box, position=(0, 3, 0)), assets=named
    )
    return project(
        **{
            "scenes/main.json": as_json(scene),
            "scripts/falling.ts": SCRIPT.encode(),
            "assets/paint.json": as_json({"map": "colors", "normalMap": "bumps"}),
            "assets/colors.png": _picture(),
            "assets/bumps.png": _picture(),
            "assets/boom.wav": _sound(),
            "assets/unused.png": _picture(),
        }
    )


@pytest.mark.parametrize("optimize", ["off", "balanced"])
async def test_an_export_plays_whatever_its_files_are_made_of(
    browser: Browser, host: tuple[Path, str], optimize: str
) -> None:
    """The script runs, physics works, textures and sounds decode, and nothing is asked in vain."""
    folder, base = host
    built = build(_game(), request(optimize=optimize))
    with zipfile.ZipFile(io.BytesIO(built.data)) as archive:
        archive.extractall(folder / "game")
    context = await browser.new_context(viewport={"width": 320, "height": 180})
    context.set_default_timeout(WAIT_MS)
    playing = Playing(await context.new_page(), f"{base}game/")
    await playing.open()
    await playing.ready()
    await playing.drive()
    await playing.steps(120)
    _, height, _ = await playing.position("box")
    assert 0.4 < height < 0.6
    assert await playing.page.evaluate("AethelPlayer.game.scene.find('box').tags.has('landed')")
    assert await playing.problems() == []
    assert playing.troubles.seen == []
    suffixes = {url.rpartition(".")[2] for url in playing.requested if "/assets/" in url}
    wanted = {"webp", "webm"} if optimize == "balanced" else {"png", "wav"}
    assert suffixes == {"json", *wanted}
    length: int = await playing.page.evaluate(
        """async url => {
          const bytes = await (await fetch(url)).arrayBuffer();
          const context = new OfflineAudioContext(1, 1, 48000);
          return (await context.decodeAudioData(bytes)).length;
        }""",
        next(url for url in playing.requested if "boom" in url),
    )
    assert length == 24_000
    await context.close()
