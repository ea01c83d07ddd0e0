"""Plays the sample game: by a real keyboard, or by a small player of its own that knows the way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.project_folder import read_folder

if TYPE_CHECKING:
    from playwright.async_api import Frame, Page

ROOT = Path(__file__).parents[3] / "samples/emberlight"

# Places on the ground (x, z), or {"raft": z}: wait until the raft is there.
SHORE: list[Any] = [
    *[(4.2, 5.5), (-3.5, 8.5), (-8, 4), (8.5, 0.5)],  # four embers on the isle
    *[(12, -3), (17, -4), (21, -5.5), (16, -4), (11, -3)],  # over the planks and back
    (-6, -2.5),
    *[(-12.5, -4.3), (-13.4, -4.3), (-15, -5), (-19, -6)],  # over the stones to the rock
    *[(-15, -5), (-13.4, -4.3), (-10, -4)],
    (-1, -6),  # the lighthouse
]
PEAK: list[Any] = [
    *[(-3, -1), (3, 0.5), (0, -4.6)],
    *[{"raft": -11}, {"raft": -7.4}, (0, -7.4), {"raft": -18.3}, (0, -23)],  # as it comes
    *[(-4, -27), (4.5, -28), (5.5, -37), (-6.5, -33), (0, -29), (0, -31.5)],
]

WALK = """
([goals, limit]) => {
  const find = (name) => AethelPlayer.game.scene.find(name).worldPosition();
  const held = new Set();
  const hold = (code, on) => {
    if (on === held.has(code)) return;
    held[on ? "add" : "delete"](code);
    dispatchEvent(new KeyboardEvent(on ? "keydown" : "keyup", { code, key: code, bubbles: true }));
  };
  const letGo = () => [...held].forEach((code) => hold(code, false));
  const step = () => AethelPlayer.step(1 / 60);
  for (const goal of goals) {
    if (goal.raft !== undefined) {
      letGo();
      for (let n = 0; n < limit && Math.abs(find("raft").z - goal.raft) > 0.5; n++) step();
      continue;
    }
    let before = find("wick");
    for (let n = 0, still = 0; n < limit; n++) {
      const at = find("wick");
      const [x, z] = [goal[0] - at.x, goal[1] - at.z];
      if (Math.hypot(x, z) < 0.7) break;
      const most = 0.35 * Math.max(Math.abs(x), Math.abs(z));
      hold("ArrowRight", x > most);
      hold("ArrowLeft", x < -most);
      hold("ArrowDown", z > most);
      hold("ArrowUp", z < -most);
      still = Math.hypot(at.x - before.x, at.z - before.z) < 0.03 ? still + 1 : 0;
      hold("Space", still > 4 && still % 12 < 6);
      before = at;
      step();
    }
  }
  letGo();
  step();
}
"""


def files() -> dict[str, bytes]:
    """What a push of the sample sends."""
    return {path: (ROOT / path).read_bytes() for path in read_folder(ROOT).manifest.files}


async def walk(page: Page | Frame, goals: list[Any]) -> None:
    """Go to all of these places, one after the other, jumping where something is in the way."""
    await page.evaluate(WALK, [goals, 900])


async def shown(page: Page | Frame, name: str) -> str:
    """A line of the game's screen."""
    return str(await page.inner_text(f"[data-ui={name}]"))


async def where(page: Page | Frame, name: str = "wick") -> dict[str, float]:
    """An entity's place in the world."""
    at: dict[str, float] = await page.evaluate(
        "(name) => ({ ...AethelPlayer.game.scene.find(name).worldPosition() })", name
    )
    return at
