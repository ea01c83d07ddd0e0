"""Windows that a page of the Linux shell opens: of the game here, of others in a browser."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

import pytest

from tests.shell.desktop import play, screen
from tests.shell.game import game

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.shell.desktop import Playing

PAGE: Final = b"""<!doctype html><meta charset="utf-8">
<a id="link" target="_blank" href="level2.html?link">on</a>
<a id="noopener" target="_blank" rel="noopener" href="level2.html?noopener">on</a>
<a id="outside" target="_blank" href="https://example.com/link">out</a>
<form id="form" target="_blank" action="level2.html"><input name="by" value="form"></form>
<form id="post" method="post" target="_blank" action="level2.html?post"></form>
<script>
const on = (id) => () => document.getElementById(id).click();
const actions = {
  a: on("link"),
  b: on("noopener"),
  e: on("outside"),
  f: () => document.getElementById("form").submit(),
  p: () => document.getElementById("post").submit(),
  g: () => window.open("level2.html?open"),
  h: () => { const opened = window.open(); opened.location = "level2.html?later"; },
  i: () => window.open("level2.html?first", "named"),
  j: () => window.open("level2.html?second", "named"),
  k: () => window.open("https://example.com/open"),
  l: () => {
    const opened = window.open("about:blank");
    opened.location = "https://example.com/later";
  },
  m: () => window.open("level2.html?closing"),
};
addEventListener("keydown", ({ key }) => actions[key]?.());
addEventListener("message", ({ data }) => console.log(`said: ${data}`));
console.log("ready: yes");
</script>"""
LEVEL: Final = b"""<!doctype html><meta charset="utf-8"><script>
const by = location.search.slice(1);
console.log(`${by}: ${JSON.stringify([location.pathname, Boolean(opener), name])}`);
opener?.postMessage(by);
if (by === "closing") window.close();
</script>"""
LEVEL_2: Final = "/level2.html"
pytestmark = pytest.mark.timeout(900)  # a hang; a busy machine is none


@pytest.fixture(params=[False, True], ids=["plain", "isolated"], scope="module")
def playing(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Playing]:
    """A game whose keys open windows; with shared memory its pages see fewer openers elsewhere."""
    folder = tmp_path_factory.mktemp("popups")
    files = {"index.html": PAGE, "level2.html": LEVEL}
    with screen(folder / "home") as desk:
        there = play(desk, game(folder / "probe", files=files, isolated=request.param))
        assert there.told("ready") == "yes"
        there.window()
        yield there


def windows(playing: Playing) -> int:
    """How many windows of the game are on the screen."""
    name = f"^{re.escape(playing.title)}$"
    return len(playing.screen.xdotool("search", "--onlyvisible", "--name", name).split())


@pytest.mark.parametrize(
    ("key", "by", "opener"),
    [
        ("a", "link", False),
        ("b", "noopener", False),
        ("f", "by=form", False),
        ("g", "open", True),
        ("h", "later", True),
    ],
)
def test_a_page_of_the_game_opens_in_a_window(
    playing: Playing, key: str, by: str, *, opener: bool
) -> None:
    """By link, form and script; a window that the script opens first and fills later, too."""
    before = windows(playing)
    playing.press(key)
    path, has_opener, _ = json.loads(playing.told(re.escape(by)))
    assert (path, has_opener) == (LEVEL_2, opener)
    playing.until("one window more", lambda: windows(playing) == before + 1)
    if opener:
        playing.logged(f"said: {by}")


def test_a_named_window_is_used_again(playing: Playing) -> None:
    """And its page replaced."""
    before = windows(playing)
    playing.press("i")
    assert json.loads(playing.told("first"))[2] == "named"
    playing.until("one window more", lambda: windows(playing) == before + 1)
    playing.press("j")
    assert json.loads(playing.told("second"))[2] == "named"
    assert windows(playing) == before + 1


def test_a_window_closes_itself_alone(playing: Playing) -> None:
    """The game plays on."""
    before = windows(playing)
    playing.press("m")
    playing.logged("said: closing")
    playing.until("the window's end", lambda: windows(playing) == before)
    assert playing.process.poll() is None


def test_a_form_may_post_to_a_window(playing: Playing) -> None:
    """A window opens, with what a static host answers."""
    before = windows(playing)
    playing.press("p")
    playing.until("one window more", lambda: windows(playing) == before + 1)


@pytest.mark.parametrize(("key", "page"), [("e", "link"), ("k", "open"), ("l", "later")])
def test_a_foreign_page_opens_outside(playing: Playing, key: str, page: str) -> None:
    """By link and script; no empty window is left."""
    before = windows(playing)
    playing.press(key)
    playing.logged(f"opens outside of the game: https://example.com/{page}")
    playing.until("no empty window", lambda: windows(playing) == before)
