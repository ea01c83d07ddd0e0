from __future__ import annotations

import io
import wave
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.browser.engine.game import playing
from tests.browser.engine.levels import changed, level, part, project, thing
from tests.browser.engine.watching import OPENED, SCRIPTS

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from tests.browser.engine.game import Game, Site

pytestmark = pytest.mark.asyncio(loop_scope="session")

TONE_HZ = 400
CLIP_S = 0.5
HEARD_S = 1.0

# One second of the game, without a loudspeaker: each side's loudness in each half, and a frequency.
LISTEN = """
async () => {
  const context = new OfflineAudioContext(2, 48000, 48000);
  await AethelPlayer.audioGraph(context);
  await AethelPlayer.takeClock();
  for (let n = 0; n < 60; n++) AethelPlayer.step(1 / 60);
  const sound = await context.startRendering();
  const power = (samples) => samples.reduce((sum, one) => sum + one * one, 0) / samples.length;
  const rms = (samples) => Math.sqrt(power(samples));
  const sides = [0, 1].map((side) => sound.getChannelData(side));
  const left = sides[0].subarray(4800, 19200);
  let crossings = 0;
  for (let n = 1; n < left.length; n++) if (left[n - 1] < 0 !== left[n] < 0) crossings++;
  return {
    first: sides.map((side) => rms(side.subarray(4800, 19200))),
    second: sides.map((side) => rms(side.subarray(28800, 43200))),
    hz: (crossings / 2) * (48000 / left.length),
  };
}
"""


def _tone() -> bytes:
    samples = 0.5 * np.sin(2 * np.pi * TONE_HZ * np.arange(int(24_000 * CLIP_S)) / 24_000)
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(24_000)
        out.writeframes(np.round(samples * 32767).astype("<i2").tobytes())
    return file.getvalue()


SOURCE = part("AudioSource", clipId="tone", playOnAwake=True, spatial=False)
SCENE = level(
    thing("eye", part("Camera", isMain=True)),
    thing("api", OPENED),
    thing("horn", SOURCE),
    assets={"tone": "audio:assets/tone.wav"},
)
FILES = SCRIPTS | {"assets/tone.wav": _tone()}
WHERE = "entities.horn.components.AudioSource"


def _placed(x: float, **more: Any) -> dict[str, Any]:
    """The horn, heard from where it stands, metres to the right."""
    horn = part("AudioSource", **(SOURCE["data"] | {"spatial": True} | more))
    scene = changed(SCENE, "entities.horn", None)
    scene["entities"].append(thing("horn", horn, at=(x, 0, 0)))
    return scene


VARIANTS = {
    "quiet": changed(SCENE, f"{WHERE}.volume", 0.25),
    "quiet-scene": changed(SCENE, "settings.audio", {"masterVolume": 0.5}),
    "not-awake": changed(SCENE, f"{WHERE}.playOnAwake", False),
    "inactive": changed(SCENE, "entities.horn.active", False),
    "without": changed(SCENE, WHERE, None),
    "looped": changed(SCENE, f"{WHERE}.loop", True),
    "higher": changed(changed(SCENE, f"{WHERE}.loop", True), f"{WHERE}.pitch", 1.5),
    "right": _placed(3),
    "near": _placed(2),
    "far": _placed(50),
    "beyond": _placed(120),
    "far-and-loud": _placed(50, minDistance=49),
    "far-and-short": _placed(50, maxDistance=60),
}


async def test_each_setting_is_heard(browser: Browser, site: Site) -> None:
    """A source sounds at once and ends with its clip; every setting of it changes what is heard."""
    async with playing(browser, site.export(project(SCENE, FILES, variants=VARIANTS))) as game:
        plain = await game.page.evaluate(LISTEN)
        heard = {}
        for name in VARIANTS:
            await game.load(name)
            heard[name] = await game.page.evaluate(LISTEN)
    assert plain["first"] == pytest.approx([0.354, 0.354], abs=0.02)
    assert plain["second"] == pytest.approx([0, 0], abs=0.001)
    assert plain["hz"] == pytest.approx(TONE_HZ, abs=10)
    loudness = {name: sum(one["first"]) / sum(plain["first"]) for name, one in heard.items()}
    assert loudness["quiet"] == pytest.approx(0.25, abs=0.02)
    assert loudness["quiet-scene"] == pytest.approx(0.5, abs=0.02)
    assert max(loudness[name] for name in ("not-awake", "inactive", "without")) < 0.001
    assert heard["looped"]["second"] == pytest.approx(plain["first"], abs=0.02)
    assert heard["higher"]["hz"] == pytest.approx(1.5 * TONE_HZ, abs=15)
    left, right = heard["right"]["first"]
    assert right > 1.4 * left > 0
    assert loudness["near"] > 1.5 * loudness["far"] > 0
    assert loudness["beyond"] < 0.001
    assert loudness["far-and-loud"] > 1.5 * loudness["far"]
    assert loudness["far-and-short"] < loudness["far"] / 2


async def test_a_gesture_starts_the_sound(browser: Browser, site: Site) -> None:
    """Where a browser wants a gesture first, the sound comes with the first key."""
    async with playing(browser, site.export(project(SCENE, FILES))) as game:
        await _play(game)
        assert await game.page.evaluate("aethel.scene.find('horn').audio.playing") is True


async def _play(game: Game) -> None:
    await game.page.keyboard.press("Space")
    await game.page.evaluate("aethel.scene.find('horn').audio.play()")
    await game.steps(2)
