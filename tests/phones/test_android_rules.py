"""What the Android runtime decides: links, versions, the back button."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.phones.android_java import ORIGIN

if TYPE_CHECKING:
    from tests.phones.android_java import Asking

INSIDE, OUTSIDE, NOWHERE = range(3)
STAY, HISTORY, ASK, LEAVE = range(4)


@pytest.mark.parametrize(
    ("address", "page", "frame"),
    [
        (f"{ORIGIN}/a.html", INSIDE, INSIDE),
        ("about:blank", INSIDE, INSIDE),
        (f"blob:{ORIGIN}/1", INSIDE, INSIDE),
        ("data:text/html,x", NOWHERE, INSIDE),
        ("https://example.com/", OUTSIDE, INSIDE),
        ("HTTP://example.com/", OUTSIDE, INSIDE),
        (f"{ORIGIN}.example.com/", OUTSIDE, INSIDE),
        (f"{ORIGIN}@example.com/", OUTSIDE, INSIDE),
        ("mailto:a@example.com", OUTSIDE, OUTSIDE),
        ("tel:123", OUTSIDE, OUTSIDE),
        ("intent://x#Intent;scheme=http;end", NOWHERE, NOWHERE),
        ("file:///data/x", NOWHERE, NOWHERE),
        ("content://media/1", NOWHERE, NOWHERE),
        ("market://details?id=x", NOWHERE, NOWHERE),
        ("httpx://example.com", NOWHERE, NOWHERE),
        ("", NOWHERE, NOWHERE),
        (":x", NOWHERE, NOWHERE),
    ],
)
def test_links_lead_where_they_may(asking: Asking, address: str, page: int, frame: int) -> None:
    """Four kinds leave the game, foreign pages come into frames only, and the rest nowhere."""
    assert asking.value("link", address, "page") == page
    assert asking.value("link", address, "frame") == frame


@pytest.mark.parametrize(
    ("address", "target"),
    [
        (ORIGIN, "/"),
        (f"{ORIGIN}/", "/"),
        (f"{ORIGIN}/a?b#c", "/a?b#c"),
        (f"{ORIGIN}?x", "/?x"),
        (f"{ORIGIN}:443/", None),
        (f"{ORIGIN}.evil/", None),
        ("http://game.aethel.invalid/", None),
        ("https://example.com/", None),
    ],
)
def test_one_origin_is_the_games(asking: Asking, address: str, target: str | None) -> None:
    """Every other address is a foreign one, however alike it looks."""
    assert asking.value("target", address) == target


def agent(version: str) -> str:
    """A web view's user agent."""
    return (
        "Mozilla/5.0 (Linux; Android 7.1.1; Nexus 5X Build/N4F26I; wv) AppleWebKit/537.36 "
        f"(KHTML, like Gecko) Version/4.0 {version} Mobile Safari/537.36"
    )


@pytest.mark.parametrize(
    ("version", "major", "oldest", "is_old"),
    [
        ("Chrome/51.0.2704.90", 51, 85, True),
        ("Chrome/93.0.4577.82", 93, 94, True),
        ("Chrome/93.0.4577.82", 93, 85, False),
        ("Chrome/97.0.4692.98", 97, 98, True),
        ("Chrome/94.0.4606.71", 94, 94, False),
        ("Chrome/146.0.0.0", 146, 98, False),
        ("Chrome/", 0, 98, False),
        ("Chromium/50", 0, 98, False),
        ("Chrome/99999999999", 999999, 98, False),
    ],
)
def test_an_old_web_view_is_known(
    asking: Asking, version: str, major: int, oldest: int, *, is_old: bool
) -> None:
    """By its user agent, and by what the game needs; one that hides its version gets its chance."""
    answer = asking.ask("version", agent(version), str(oldest))
    assert answer == {"value": major, "old": is_old}


def test_a_page_that_may_not_leave_stays(asking: Asking) -> None:
    """At "No Content" a browser stays on the page that it shows, whatever was sent."""
    assert asking.value("staying", "") == 204


def test_the_back_button_leaves_at_the_second_press(asking: Asking) -> None:
    """The page first, then its history, then a question that counts for a while."""

    def press(how: str, history: str, at_ms: int) -> tuple[bool, int]:
        answer = asking.ask("back", how, history, str(at_ms))
        return answer["second"], answer["value"]

    assert press("handled", "no", 1000) == (False, STAY)
    assert press("not", "history", 1100) == (False, HISTORY)
    assert press("not", "no", 1200) == (False, ASK)
    assert press("not", "no", 3700) == (True, LEAVE)
    assert press("not", "no", 3800) == (False, ASK)
    assert press("not", "no", 6301) == (False, ASK)
    assert press("handled", "no", 6400) == (True, STAY)
    assert press("not", "no", 6500) == (False, ASK)
    assert press("not", "history", 6600) == (True, HISTORY)
    assert press("not", "no", 6700) == (False, ASK)


def test_the_pages_script_is_one_call(asking: Asking) -> None:
    """With the configuration, as it is, and the name of the processor."""
    game = '{"title":"</script>\u2028"}'
    script = asking.value("script", "function (game, abi) {}", game, "arm64-v8a")
    assert script == f'(function (game, abi) {{}})({game},"arm64-v8a")'
    assert [asking.value("back-script", kind) for kind in ("pause", "leave")] == [
        "aethelBack(true)",
        "aethelBack(false)",
    ]
