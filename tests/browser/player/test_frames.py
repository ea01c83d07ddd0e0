"""Driven frame by frame, a game gives the same pixels and the same sound in every browser."""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import async_playwright

from tests.browser.conftest import launch
from tests.browser.player.assembling import CAMERA, FLOOR, SUN, assemble, entity, level
from tests.browser.player.conftest import Playing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

pytestmark = pytest.mark.asyncio(loop_scope="session")

FRAMES = """
async ({ count, dt, seed }) => {
  const { renderer } = AethelPlayer.game;
  AethelPlayer.resize(320, 180);
  await AethelPlayer.takeClock();
  await AethelPlayer.seed(seed);
  const gl = renderer.webgl.getContext();
  const pixels = new Uint8Array(320 * 180 * 4);
  const hashes = [];
  for (let i = 0; i < count; i++) {
    AethelPlayer.step(dt);
    AethelPlayer.draw();
    gl.readPixels(0, 0, 320, 180, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    const digest = await crypto.subtle.digest("SHA-256", pixels);
    hashes.push([...new Uint8Array(digest)].join(","));
  }
  return hashes;
}"""

THROWER = """
  import { Script, scene, random } from "aethel";
  export default class Thrower extends Script {
    next = 0;
    update(dt: number) {
      this.next -= dt;
      if (this.next > 0) return;
      this.next = 0.1;
      const ball = scene.create({
        position: { x: random(-2, 2), y: 3, z: random(-1, 1) },
        components: [
          { type: "MeshRenderer", data: { meshId: "primitive:sphere" } },
          { type: "Collider", data: { shape: "sphere" } },
          { type: "RigidBody" },
        ],
      });
      ball.getComponent("MeshRenderer")!.color = `hsl(${Math.floor(random(0, 360))}, 80%, 50%)`;
    }
  }"""


def busy_scene() -> dict[str, Any]:
    """Physics, random numbers, particles, shadows, post-processing."""
    fire = entity(
        "fire", {"ParticleSystem": {"presetName": "fire", "startColor": "#ff7711"}}, (1, 0, 0)
    )
    return level(
        CAMERA,
        SUN,
        FLOOR,
        fire,
        entity("thrower", {"Script": {"scriptId": "thrower"}}),
        settings={"postProcessing": {"enabled": True, "bloom": {"enabled": True}}},
    )


async def test_twelve_frames_are_the_same_in_two_browsers(host: tuple[Path, str]) -> None:
    """Bit by bit; another seed gives others, and no frame is like the one before."""
    folder, base = host
    assemble(
        folder / "game", scenes={"main": busy_scene()}, scripts={"scripts/thrower.ts": THROWER}
    )
    runs = []
    async with async_playwright() as playwright:
        for seed in (7, 7, 8):
            browser = await launch(playwright)
            page = await browser.new_page(viewport={"width": 320, "height": 180})
            game = Playing(page, f"{base}game/")
            await game.open()
            await game.ready()
            wanted = {"count": 12, "dt": 1 / 15, "seed": seed}
            runs.append(await game.page.evaluate(FRAMES, wanted))
            assert game.troubles.seen == []
            await browser.close()
    first, second, other = runs
    assert first == second
    assert len(set(first)) == 12
    assert set(other).isdisjoint(first[4:])


COUNTED = """
AethelDriven = %s;
window.draws = 0;
for (const name of ["drawElements", "drawArrays"]) {
  const draw = WebGL2RenderingContext.prototype[name];
  WebGL2RenderingContext.prototype[name] = function (...given) {
    window.draws += this.getParameter(this.FRAMEBUFFER_BINDING) === null;
    return draw.apply(this, given);
  };
}"""


async def test_a_player_that_will_be_driven_draws_nothing_before(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """It neither draws nor moves before somebody has the clock; its frames are those of others."""
    runs = []
    for driven in ("true", "false"):
        game = await play(
            path=driven,
            before=COUNTED % driven,
            scenes={
                "main": level(
                    CAMERA, SUN, FLOOR, entity("thrower", {"Script": {"scriptId": "thrower"}})
                )
            },
            scripts={"scripts/thrower.ts": THROWER},
        )
        await game.page.wait_for_timeout(200)
        idle = await game.page.evaluate("[window.draws > 0, AethelPlayer.game.clock.frame > 0]")
        assert idle == ([False, False] if driven == "true" else [True, True])
        wanted = {"count": 6, "dt": 1 / 15, "seed": 7}
        runs.append(await game.page.evaluate(FRAMES, wanted))
        assert game.troubles.seen == []
    assert runs[0] == runs[1]


def tone(hertz: float, seconds: float, rate: int = 48_000) -> bytes:
    """A WAV file, mono, 16 bits."""
    count = int(seconds * rate)
    wave = [int(12_000 * math.sin(2 * math.pi * hertz * i / rate)) for i in range(count)]
    data = struct.pack(f"<{count}h", *wave)
    form = struct.pack("<HHIIHH", 1, 1, rate, rate * 2, 2, 16)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form
    body += b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


SOUND = """
async () => {
  const context = new OfflineAudioContext(2, 48000, 48000);
  await AethelPlayer.audioGraph(context);
  await AethelPlayer.takeClock();
  for (let i = 0; i < 60; i++) AethelPlayer.step(1 / 60);
  const sound = await context.startRendering();
  const power = (channel, from, to) => {
    const part = sound.getChannelData(channel).subarray(from * 48000, to * 48000);
    return Math.sqrt(part.reduce((sum, value) => sum + value * value, 0) / part.length);
  };
  const digest = await crypto.subtle.digest("SHA-256", sound.getChannelData(0));
  return {
    before: power(0, 0, 0.45), during: power(0, 0.55, 0.7), after: power(0, 0.85, 1),
    left: power(0, 0.55, 0.7), right: power(1, 0.55, 0.7),
    hash: [...new Uint8Array(digest)].join(","),
  };
}"""


async def test_sound_is_rendered_at_the_games_own_time(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """Positional, on time, ended by its script, and the same every time."""
    script = """
      import { Script, audio, time } from "aethel";
      export default class Radio extends Script {
        start() {
          time.after(0.5, () => {
            for (const clip of ["low.wav", "mid.wav", "high.wav"]) {
              const position = { x: 5, y: 2, z: 8 };
              const sound = audio.play(clip, { position, loop: true, maxDistance: 50 });
              time.after(0.3, () => sound.stop());
            }
          });
        }
      }"""
    clips = {"low": 220.0, "mid": 440.0, "high": 883.0}
    sources = [
        entity(name, {"AudioSource": {"clipId": f"{name}.wav", "volume": 0.5}}) for name in clips
    ]
    game = await play(
        scenes={
            "main": level(CAMERA, entity("radio", {"Script": {"scriptId": "radio"}}), *sources)
        },
        scripts={"scripts/radio.ts": script},
        assets={f"assets/{name}.wav": tone(hertz, 0.2) for name, hertz in clips.items()},
    )
    heard = [await game.page.evaluate(SOUND) for _ in range(4)]
    first = heard[0]
    assert first["before"] == 0
    assert first["during"] > 0.05
    assert first["after"] < first["during"] / 100
    assert first["right"] > first["left"] * 1.5
    assert {one["hash"] for one in heard} == {first["hash"]}
    assert game.troubles.seen == []
