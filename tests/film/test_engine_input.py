"""Input tracks, camera paths, sound and shutters of the engine's films."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.browser.player.assembling import CAMERA, FLOOR, SUN, assemble, entity, level
from tests.browser.player.test_frames import tone
from tests.film.filming import as_code, as_light, crew, rgba_picture, shot

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browser.pictures import Picture

pytestmark = pytest.mark.asyncio(loop_scope="session")

RUNNER = """
  import { Script, input, time, audio } from "aethel";
  export default class Runner extends Script {
    update(dt: number) {
      this.entity.position.x += input.axis("moveX") * dt * 4;
      if (input.pressed("jump")) audio.play("click.wav");
      (globalThis as any).seen ??= [];
      const jump = input.pressed("jump");
      (globalThis as any).seen.push([time.now, input.axis("moveX"), jump, input.pointer.x]);
    }
  }"""
BOX = {"MeshRenderer": {"meshId": "primitive:box"}, "Script": {"scriptId": "runner"}}


@pytest.fixture
def runner(tmp_path: Path, hosted: Callable[[Path], str]) -> str:
    """A box that runs and clicks, as it is told."""
    assemble(
        tmp_path / "game",
        scenes={"main": level(CAMERA, SUN, FLOOR, entity("runner", BOX))},
        scripts={"scripts/runner.ts": RUNNER},
        assets={"assets/click.wav": tone(880, 0.05)},
    )
    return hosted(tmp_path / "game")


TRACK: list[dict[str, Any]] = [
    {"t": 0.2, "type": "key", "code": "KeyD"},
    {"t": 0.3, "type": "key", "code": "KeyD", "phase": "up"},
    {"t": 0.4, "type": "action", "name": "moveX", "value": -0.5},
    {"t": 0.5, "type": "action", "name": "moveX", "phase": "up"},
    {"t": 0.6, "type": "gamepad", "axis": 0, "value": 1},
    {"t": 0.7, "type": "gamepad", "axis": 0, "value": 0},
    {"t": 0.75, "type": "key", "code": "Space"},
    {"t": 0.8, "type": "pointer", "phase": "move", "x": 0.25, "y": 0.5},
]


async def test_an_input_track_plays_every_device(runner: str) -> None:
    """Keys, actions, gamepads and the pointer, each from its own time on."""
    async with crew(runner) as filming:
        taken = await filming.film(shot(frames=60, fpsNum=60, inputTrack=TRACK))
        seen = await filming.page.evaluate("seen")
        assert (filming.errors, taken.notes) == ([], [])
    assert len(seen) == 60
    for at, (time, axis, jump, x) in enumerate(seen):
        assert time == pytest.approx(at / 60, abs=1e-9)
        wanted = 1 if 12 <= at < 18 else -0.5 if 24 <= at < 30 else 1 if 36 <= at < 42 else 0
        assert axis == wanted, at
        assert jump == (at == 45)
        assert x == (80 if at >= 48 else 0)


async def test_a_sound_is_heard_at_its_frame_and_is_the_same_again(runner: str) -> None:
    """The jump of the track is heard when it is pressed."""
    heard = []
    for _ in range(2):
        async with crew(runner) as filming:
            sound, notes = await filming.sound(shot(frames=60, fpsNum=60, inputTrack=TRACK))
            assert (notes, filming.errors) == ([], [])
            heard.append(sound.copy())
    assert heard[0].tobytes() == heard[1].tobytes()
    assert heard[0][0].tobytes() == heard[0][1].tobytes()  # it comes from no place: in both ears
    loud = np.flatnonzero(np.abs(heard[0][0]) > 0.05) / 48_000
    assert abs(loud[0] - 0.75) < 1 / 60
    assert loud[-1] < 0.85


async def test_a_camera_path_is_where_the_game_is_seen_from(runner: str) -> None:
    """The path's middle shows what a game with its camera there shows."""
    path = {
        "keys": [
            {"t": 0, "position": [0, 2, 8], "target": [0, 0, 0], "fov": 40},
            {"t": 1, "position": [8, 4, 0], "target": [0, 1, 0], "fov": 70},
        ],
        "ease": "linear",
    }
    frames: list[Picture] = []
    async with crew(runner) as filming:
        await filming.page.route("**/path.json", lambda route: route.fulfill(body=json.dumps(path)))
        taken = await filming.film(shot(frames=3, fpsNum=2, layout="rgba", cameraPath="path.json"))
        frames = [rgba_picture(taken.frames[n]) for n in range(3)]
        view = await filming.page.evaluate("AethelPlayer.game.view")
    assert view == {"position": [8, 4, 0], "target": [0, 1, 0], "fov": 70}
    assert np.abs(frames[0] - frames[1]).mean() > 1
    assert np.abs(frames[1] - frames[2]).mean() > 1


async def test_supersampling_and_the_shutter_average_light(runner: str) -> None:
    """A picture that stands still is the same with a shutter, and smoother with more samples."""
    still = {"frames": 2, "layout": "rgba"}
    async with crew(runner) as filming:
        plain = await filming.film(shot(**still))
    async with crew(runner) as filming:
        blurred = await filming.film(shot(**still, subframes=5))
    async with crew(runner) as filming:
        fine = await filming.film(shot(**still, supersample=2))
    difference = np.abs(rgba_picture(plain.frames[1]) - rgba_picture(blurred.frames[1]))
    assert difference.max() <= 1
    apart = np.abs(rgba_picture(plain.frames[1]) - rgba_picture(fine.frames[1]))
    assert 0 < apart.mean() < 3


async def test_a_moving_thing_is_blurred_over_its_way(runner: str) -> None:
    """Its picture is the mean, as light, of those that the shutter's time has."""
    track = [{"t": 0, "type": "key", "code": "KeyD"}]
    many = {"layout": "rgba", "inputTrack": track}
    async with crew(runner) as filming:
        blurred = await filming.film(shot(frames=6, fpsNum=10, subframes=8, **many))
    async with crew(runner) as filming:
        asked = shot(frames=8, fpsNum=160, startS=0.5, **many)
        sharp = [rgba_picture(frame) for frame in (await filming.film(asked)).frames.values()]
    assert np.abs(sharp[0] - sharp[-1]).max() > 50
    mean = as_code(np.mean([as_light(one) for one in sharp], axis=0))
    assert np.abs(rgba_picture(blurred.frames[5]) - mean).max() <= 1


async def test_a_transparent_film_has_no_sky(runner: str) -> None:
    """What is drawn is opaque, and all else is not there; 30 rows of the floor's horizon apart."""
    async with crew(runner) as filming:
        taken = await filming.film(shot(frames=2, layout="rgba", transparent=True))
        assert taken.notes == []
    alpha = np.frombuffer(taken.frames[1], np.uint8).reshape(180, 320, 4)[:, :, 3]
    assert alpha[0].max() == 0
    assert alpha[-1].min() == 255
