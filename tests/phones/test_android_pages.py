"""The tag of the runtime's script is put into pages of any kind, and nothing else changes."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from tests.phones.android_java import TAG, Asking

if TYPE_CHECKING:
    from pathlib import Path

LONG = "x" * 70_000
PAGES = {  # what comes before the tag, and behind it
    "plain": ("<!doctype html>", "<html><head><title>x</title></head></html>"),
    "capitals": ("<!DOCTYPE HTML PUBLIC '-//W3C//DTD HTML 4.01//EN'>", "<HTML>"),
    "no doctype": ("", "<html><head><script>first()</script></head></html>"),
    "a comment first": ("<!-- a > b -->\n<!doctype html>", "\n<p>"),
    "two comments": (" \n<!--1--><!--2-->\t<!doctype html>", "<p>"),
    "a comment that never ends": ("", "<!-- <!doctype html><p>"),
    "a comment and no doctype": ("", "<!-- x --><p>hello"),
    "a frame set": ("<!doctype html>", "<frameset><frame src=a.html></frameset>"),
    "no head": ("<!doctype html>", "text <script>x</script>"),
    "a doctype that never ends": ("<!doctype html", ""),
    "nothing": ("", ""),
    "one letter": ("", "<"),
    "a comment as long as the window": ("", f"<!--{LONG}--><!doctype html>"),
    "a long page": ("<!doctype html>", f"<p>{LONG}"),
    "a script in the doctype's place": ("", "<script>'<!doctype html>'</script>"),
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "latin-1"])
@pytest.mark.parametrize("page", PAGES)
def test_the_tag_is_the_only_change(
    asking: Asking, game_folder: Path, page: str, encoding: str
) -> None:
    """Behind the doctype, in the page's own encoding, for readers of a part as well."""
    before, after = PAGES[page]
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff", "utf-8-sig": b"\xef\xbb\xbf"}
    written = "utf-8" if encoding == "utf-8-sig" else encoding
    start, tag, end = (text.encode(written) for text in (before, TAG, f"{after}\u00e9"))
    start = mark.get(encoding, b"") + start
    (game_folder / "page.html").write_bytes(start + end)
    whole = start + tag + end
    if page == "a doctype that never ends":
        whole = start + end + tag
    answer = asking.get("/page.html")
    assert answer.body == whole
    assert answer.length == len(whole)
    assert answer.charset == (None if encoding in mark else "utf-8")
    chance = random.Random(page)
    for _ in range(8):
        first = chance.randrange(len(whole))
        part = asking.get("/page.html", {"Range": f"bytes={first}-"}, reader="web view")
        assert part.body == whole[first:]


@pytest.mark.parametrize(
    "page",
    [
        b"<!doctype html><meta charset=koi8-r>\xd0",
        b"<!doctype html><meta http-equiv=Content-Type content='text/html; CHARSET=latin1'>\xe9",
    ],
)
def test_a_page_may_name_its_encoding(asking: Asking, game_folder: Path, page: bytes) -> None:
    """Then the answer names none, which a browser would believe more than the page."""
    (game_folder / "named.html").write_bytes(page)
    answer = asking.get("/named.html")
    assert answer.charset is None
    assert answer.body == page.replace(b"html>", b"html>" + TAG.encode(), 1)
