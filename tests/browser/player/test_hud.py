"""HUDs in JSX: above the picture, without taking the game's clicks, under the page's own policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.player.assembling import entity, level

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.browser.player.conftest import Playing

pytestmark = pytest.mark.asyncio(loop_scope="session")

SYSTEMS = """
type Listener = (value: number) => void;
const listeners = new Set<Listener>();
let health = 100;
export const PlayerStats = {
  hurt(amount: number) {
    health = Math.clamp(health - amount, 0, 100);
    listeners.forEach((tell) => tell(health));
  },
  onHealthChange(tell: Listener) {
    listeners.add(tell);
    return () => listeners.delete(tell);
  },
};
"""
HUD = """
import { useState, useEffect } from "@aethel/ui";
import { PlayerStats } from "../Systems";

export function HUD() {
  const [health, setHealth] = useState(100);
  useEffect(() => {
    const stop = PlayerStats.onHealthChange(setHealth);
    return () => stop();
  }, []);
  return (
    <div className="hud">
      <div className="health-bar">
        <div className="fill" style={{ width: `${health}%` }} />
        <span>{health}</span>
        <button onClick={() => PlayerStats.hurt(1)}>ouch</button>
      </div>
    </div>
  );
}
"""
DRAIN = """
import { Component } from "@aethel/core";
import { PlayerStats } from "./Systems";

export class Drain extends Component {
  every = 0.5;
  private last = 0;
  clicks = 0;
  onUpdate() {
    if (Time.time - this.last < this.every) return;
    this.last = Time.time;
    PlayerStats.hurt(20);
  }
}
"""
CLICKED = """
import { input } from "aethel";
export function update() { if (input.pressed("fire")) (globalThis as any).fired = true; }
"""
SCRIPTS = {
    "Content/Scripts/Systems.ts": SYSTEMS,
    "Content/Scripts/UI/HUD.tsx": HUD,
    "Content/Scripts/Drain.ts": DRAIN,
    "scripts/clicked.ts": CLICKED,
}
SCENE = level(
    entity("eye", {"Camera": {"isMain": True}}, (0, 1, 5)),
    entity("core", {"Script": {"scriptId": "Content/Scripts/Drain.ts"}}, (0, 1, 0)),
    entity("clicked", {"Script": {"scriptId": "clicked"}}),
    settings={"handedness": "left"},
)
BAR = ".hud .health-bar .fill"
WIDTH = f"document.querySelector('{BAR}').style.width"


async def test_a_hud_follows_the_game(play: Callable[..., Awaitable[Playing]]) -> None:
    """One element, changed and never added to; its style holds under the page's policy."""
    refused = "addEventListener('securitypolicyviolation', () => (globalThis.refused = true))"
    game = await play(
        scenes={"main": SCENE}, scripts=SCRIPTS, game={"hud": ["Content/Scripts/UI/HUD.tsx"]}
    )
    await game.page.evaluate(refused)
    await game.until(f"document.querySelector('{BAR}')")
    await game.until(f"{WIDTH} === '80%'")
    await game.until(f"{WIDTH} === '0%'")
    await game.until("AethelPlayer.game.clock.now > 3.2")
    assert await game.page.inner_text(".hud span") == "0"
    assert await game.page.locator(BAR).count() == 1
    parts = "getComputedStyle(document.querySelector('.health-bar')).width"
    assert await game.page.evaluate(parts) != "0px"
    assert await game.page.evaluate("globalThis.refused") is None
    assert game.troubles.seen == []


async def test_a_hud_lets_the_games_clicks_through(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """What lies above the picture takes none, but for its buttons."""
    game = await play(
        scenes={"main": SCENE}, scripts=SCRIPTS, game={"hud": ["Content/Scripts/UI/HUD.tsx"]}
    )
    await game.drive()
    await game.page.locator(".hud span").click(force=True)
    await game.steps(1)
    assert await game.page.evaluate("globalThis.fired")
    before = int(await game.page.inner_text(".hud span"))
    await game.page.click(".hud button")
    await game.until(f"document.querySelector('.hud span').textContent === '{before - 1}'")


async def test_a_hud_without_a_component_of_its_name_is_named(
    play: Callable[..., Awaitable[Playing]],
) -> None:
    """The game goes on without it."""
    scripts = {**SCRIPTS, "Content/Scripts/UI/Map.tsx": "export const size = 3;"}
    game = await play(
        scenes={"main": SCENE}, scripts=scripts, game={"hud": ["Content/Scripts/UI/Map.tsx"]}
    )
    assert any("Content/Scripts/UI/Map.tsx" in problem for problem in await game.problems())


async def test_a_hud_as_a_class_works_too(play: Callable[..., Awaitable[Playing]]) -> None:
    """``UIComponent`` has state of its own; a text as style is set without markup."""
    card = """
      import { UIComponent } from "@aethel/ui";
      export class Card extends UIComponent<object, { open: boolean }> {
        state = { open: false };
        componentDidMount() { this.setState({ open: true }); }
        render() {
          return <><p className="card" style="color: rgb(1, 2, 3)">{String(this.state.open)}</p></>;
        }
      }"""
    game = await play(
        scenes={"main": level(entity("eye", {"Camera": {"isMain": True}}))},
        scripts={"Content/Scripts/UI/Card.tsx": card},
        game={"hud": ["Content/Scripts/UI/Card.tsx"]},
    )
    await game.until("document.querySelector('.card')?.textContent === 'true'")
    color = "getComputedStyle(document.querySelector('.card')).color"
    assert await game.page.evaluate(color) == "rgb(1, 2, 3)"
    assert game.troubles.seen == []
