"""The icon that a page names is the application's, if it will do."""

from __future__ import annotations

import json

import pytest

from services.packager.desktop.app_plan import ICON
from services.packager.project.html_page import read_page
from services.packager.web.html5.own_icon import own_icon
from tests.projects import build, in_memory, request
from tests.unit.packager.web.test_icons import png

MANIFEST = json.dumps(
    {"icons": [{"src": "512.png"}, {"src": "1024.png", "purpose": "maskable"}, {"src": 7}, "x"]}
).encode()
FILES = {
    "i/16.png": png(16, 16),
    "i/256.png": png(256, 256),
    "i/512.png": png(512, 512),
    "i/1024.png": png(1024, 1024),
    "i/site.webmanifest": MANIFEST,
    "i/big.svg": b"<svg/>",
    "i/cut.png": png(512, 512)[:20],
}


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ('<link rel="icon" href="i/16.png">', ""),
        ('<link rel="icon" href="i/256.png"><link rel=icon href="i/512.png">', "i/512.png"),
        ('<link rel="icon" href="i/512.png?v=2"><link rel=icon href="i/256.png">', "i/512.png"),
        ('<link rel="apple-touch-icon" sizes="256x256" href="./i/256.png">', "i/256.png"),
        ('<link rel="manifest" href="i/site.webmanifest">', "i/512.png"),
        ('<base href="i/"><link rel="icon" href="256.png">', "i/256.png"),
        ('<link rel="icon" href="i/big.svg"><link rel="icon" href="i/cut.png">', ""),
        ('<link rel="icon" href="gone.png"><link rel=icon href="https://a.b/i/512.png">', ""),
        ('<link rel="stylesheet" href="i/512.png"><img src="i/512.png">', ""),
        ('<base href="/i/"><link rel="icon" href="256.png">', ""),
        ("", ""),
    ],
)
def test_the_largest_picture_that_will_do_is_taken(head: str, found: str) -> None:
    """PNGs of at least 192 pixels, that icons or the web manifest name."""
    project = in_memory(FILES)
    assert own_icon(project, read_page(head.encode()), "index.html", project) == found


def test_an_application_has_the_icon_of_its_page() -> None:
    """No plain sign, and no word that there is none."""
    page = b'<link rel="icon" href="i/512.png">Hello'
    built = build({"index.html": page, "i/512.png": FILES["i/512.png"]}, request("linux"))
    assert not [note for note in built.plan.notes if "plain icon" in note.message]
    plain = build({"index.html": b"Hello"}, request("linux"))
    assert built.files[ICON] != plain.files[ICON]


def test_a_copy_under_another_name_is_found_in_the_project() -> None:
    """A build gives files names of their own; what was pushed is what icons are made of."""
    built = in_memory({"assets/icon-1a2b3c4d.png": FILES["i/512.png"]})
    page = read_page(b'<link rel="icon" href="./assets/icon-1a2b3c4d.png">')
    assert own_icon(built, page, "index.html", in_memory(FILES)) == "i/512.png"
    assert own_icon(built, page, "index.html", in_memory({})) == ""
