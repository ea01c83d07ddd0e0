"""The page's own policy, on a host that sends none: what is no file of the game does not run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import Troubles, served, until
from tests.browser.engine import emberlight
from tests.engine import component, entity, level, project
from tests.projects import build, request

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from playwright.async_api import Browser, Page

    from shared.domain.options import Configuration

pytestmark = pytest.mark.asyncio(loop_scope="session")

WATCHED = """
globalThis.refused = [];
document.addEventListener("securitypolicyviolation", (event) => {
  refused.push(`${event.effectiveDirective} ${event.blockedURI}`);
});
"""
MARK = "globalThis.ran = (globalThis.ran ?? 0) + 1"
CAMERA = entity("eye", component("Camera", isMain=True))
# Everything that could turn a text into a program.
TRIALS = """
import { game, scene } from "aethel";
const tried = {};
const attempt = (name, run) => {
  try { run(); tried[name] = "let through"; } catch (error) { tried[name] = error.name; }
};
export function start(ctx) {
  const { root } = game.ui;
  const code = "%(mark)s";
  attempt("eval", () => (0, eval)(code));
  attempt("Function", () => new Function(code)());
  attempt("generator", () => (function* () {}).constructor(code)().next());
  attempt("timer", () => setTimeout(code, 0));
  attempt("name", () => { root.innerHTML = ctx.entity.name; });
  attempt("script", () => {
    const script = document.createElement("script");
    script.textContent = code;
    root.append(script);
  });
  for (const url of ["data:text/javascript," + code, URL.createObjectURL(new Blob([code]))]) {
    const script = document.createElement("script");
    script.src = url;
    root.append(script);
    import(/* @vite-ignore */ url).catch(() => {});
  }
  attempt("link", () => {
    const link = document.createElement("a");
    link.href = "javascript:" + code;
    link.click();
  });
  attempt("frame", () => {
    const frame = document.createElement("iframe");
    frame.srcdoc = "<script>parent.ran = 1</" + "script>";
    root.append(frame);
  });
  attempt("base", () => {
    const base = document.createElement("base");
    base.href = "https://elsewhere.example/";
    document.head.append(base);
  });
  globalThis.tried = tried;
}
"""
MARKUP = f"<img src=x onerror='{MARK}'><svg onload='{MARK}'></svg><p style='top:0'>"


async def _opened(
    browser: Browser, folder: Path, url: str, files: Mapping[str, bytes], **options: Any
) -> Page:
    """The exported game, in a page that notes what its policy refuses."""
    configuration: Configuration = options.pop("configuration", "release")
    for path, data in build(files, request("web", configuration, **options)).files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    page = await browser.new_page(viewport={"width": 320, "height": 180})
    await page.add_init_script(WATCHED)
    await page.goto(url)
    await until(page, "window.AethelPlayer")
    await page.evaluate("AethelPlayer.ready()")
    return page


def _game(script: str, name: str = "actor", title: str = "Toy") -> dict[str, bytes]:
    actor = entity("a", component("Script", scriptId="scripts/main.js")) | {"name": name}
    files = project(game={"name": title}, **{"scenes/main.json": level(CAMERA, actor)})
    return files | {"scripts/main.js": script.encode()}


@pytest.mark.parametrize("configuration", ["release", "debug"])
async def test_the_sample_meets_nothing_that_is_refused(
    browser: Browser, tmp_path: Path, configuration: Configuration
) -> None:
    """Models, sounds, physics, worker programs: all are files of the game."""
    with served(tmp_path) as url:
        page = await _opened(
            browser, tmp_path, url, emberlight.files(), configuration=configuration
        )
        troubles = Troubles(page)
        await page.click("[data-ui=play]")
        await page.keyboard.down("ArrowRight")
        await until(page, "AethelPlayer.game.clock.now > 0.5")
        assert await page.evaluate("refused") == []
        assert troubles.seen == []
        await page.close()


async def test_no_text_becomes_a_program(browser: Browser, tmp_path: Path) -> None:
    """Names, titles and strings stay what they are, whatever a script does with them."""
    title = f"</title><script>{MARK}</script>"
    files = _game(TRIALS % {"mark": MARK}, name=MARKUP, title=title)
    with served(tmp_path) as url:
        page = await _opened(browser, tmp_path, url, files)
        await until(page, "window.tried")
        tried = await page.evaluate("tried")
        assert [tried[name] for name in ("eval", "Function", "generator")] == ["EvalError"] * 3
        await until(page, "refused.some((one) => one.startsWith('base-uri'))")
        assert await page.evaluate("window.ran") is None
        assert await page.title() == title
        assert await page.evaluate("document.baseURI") == url
        refused = {one.partition(" ")[0] for one in await page.evaluate("refused")}
        assert refused >= {"script-src", "script-src-elem", "script-src-attr", "base-uri"}
        await page.close()


@pytest.mark.parametrize(
    ("configuration", "refused"),
    [("release", ["http://127.0.0.1:1/", "ws://127.0.0.1:1/"]), ("debug", [])],
)
async def test_a_game_may_speak_to_its_makers_servers(
    browser: Browser, tmp_path: Path, configuration: Configuration, refused: list[str]
) -> None:
    """Anywhere with TLS; in debug also without. Nobody listens there: only the policy is asked."""
    ask = """
      export async function start() {
        for (const scheme of ["http", "https"]) {
          await fetch(`${scheme}://127.0.0.1:1/`).catch(() => {});
        }
        for (const scheme of ["ws", "wss"]) {
          try {
            const socket = new WebSocket(`${scheme}://127.0.0.1:1/`);
            await new Promise((resolve) => (socket.onerror = socket.onclose = resolve));
          } catch {}
        }
        await fetch("aethel.json");
        globalThis.asked = true;
      }"""
    with served(tmp_path) as url:
        page = await _opened(browser, tmp_path, url, _game(ask), configuration=configuration)
        await until(page, "window.asked")
        found = await page.evaluate("refused")
        assert sorted(one.partition(" ")[2] for one in found) == refused
        await page.close()
