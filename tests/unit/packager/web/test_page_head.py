"""What is added to a page's head leads where it should, whatever the page says of itself."""

from __future__ import annotations

import pytest

from tests.projects import Built, build, request
from tests.unit.packager.web.test_icons import png

ICONS = {"icon.png": png(512, 512)}


def _built(page: bytes, *, icon: bool = True, **files: bytes) -> Built:
    contents = {name.replace("_", "."): data for name, data in files.items()}
    asked = request("web", app_icon="icon.png") if icon else request("web")
    return build({"index.html": page, **ICONS, **contents}, asked)


def _page(built: Built) -> str:
    return built.files["index.html"].decode("latin-1")


def _warnings(built: Built) -> list[str]:
    return [str(note) for note in built.plan.notes if note.level == "warning"]


@pytest.mark.parametrize(
    ("base", "up"),
    [("game/", "../"), ("./", ""), ("a/b/", "../../"), ("a/page.html", "../"), ("?x", "")],
)
def test_links_are_relative_to_the_base(base: str, up: str) -> None:
    """Browsers resolve every link of a page by its ``base``, those before it, too."""
    page = _page(_built(f'<head><base href="{base}"></head>Hello'.encode()))
    for path in ("manifest.webmanifest", "favicon.ico", "icons/apple-touch-icon.png"):
        assert f'href="{up}{path}"' in page


@pytest.mark.parametrize("base", ["https://a.b/", "/game/", "../"])
def test_a_base_that_leads_out_of_the_game_is_told(base: str) -> None:
    """No link would be found from there."""
    built = _built(f'<head><base href="{base}"></head>Hello'.encode())
    assert "manifest.webmanifest" not in _page(built)
    assert any("its <base> leads out of the game" in note for note in _warnings(built))


@pytest.mark.parametrize(
    ("head", "files", "icon"),
    [
        (b"", {}, 'href="data:,"'),
        (b"", {"favicon_ico": b"i"}, 'href="favicon.ico"'),
        (b"<link rel=icon href=favicon.ico>", {"favicon_ico": b"i"}, ""),
        (b"<meta http-equiv=Content-Security-Policy content=\"default-src 'self'\">", {}, ""),
    ],
)
def test_no_browser_asks_in_vain_for_an_icon(
    head: bytes, files: dict[str, bytes], icon: str
) -> None:
    """A page without one says so, unless a policy of its own might forbid it."""
    page = _page(_built(b"<head>" + head + b"</head>Hello", icon=False, **files))
    assert page.count('<link rel="icon"') == bool(icon)
    assert icon in page


@pytest.mark.parametrize(
    ("page", "added", "told"),
    [
        ("<p>é".encode(), "utf-8", "names no encoding"),
        ("<p>é".encode("cp1252"), "windows-1252", "names no encoding"),
        ('<?xml version="1.0" encoding="windows-1251"?><p>é'.encode("cp1251", "replace"), "", ""),
        ('<?xml version="1.0" encoding="windows-1252"?><p>é'.encode("cp1252"), "windows-1252", ""),
        ("\ufeff<p>é".encode(), "", ""),
        ("<meta charset=windows-1252><p>é".encode("cp1252"), "", ""),
        (
            '<meta http-equiv=content-type content="text/html; charset=utf-8"><p>é'.encode(),
            "",
            "",
        ),
        (b"<p>plain", "", ""),
    ],
)
def test_a_page_is_read_alike_everywhere(page: bytes, added: str, told: str) -> None:
    """Who names no encoding gets the one that the bytes are in, as hosts and systems differ."""
    built = _built(page, icon=False)
    made = _page(built)
    assert made.count(f'<meta charset="{added}">') == bool(added)
    assert made.count("<meta charset=") == bool(added) + page.count(b"<meta charset=")
    notes = [note for note in _warnings(built) if "encoding" in note]
    assert len(notes) == bool(told)
    assert all(told in note for note in notes)


@pytest.mark.parametrize(
    ("page", "title"),
    [
        (b"<svg><title>icon of a cog</title></svg>Hello", "p1"),
        (b"<svg><svg/><title>a</title></svg><title>Game</title>Hello", "Game"),
        (b"<svg><g></svg><title>Game</title>Hello", "Game"),
        (b"<svg/><title>Game</title>Hello", "Game"),
        (b"<!-- <title>old</title> --><title>Game</title>Hello", "Game"),
        ("<title>Étoile “1”</title>Hello".encode("cp1252"), "Étoile “1”"),
    ],
)
def test_the_title_is_the_page_s_own(page: bytes, title: str) -> None:
    """What stands in a picture is the picture's title."""
    assert _built(page, icon=False).plan.title == title


def test_a_broken_import_map_is_told() -> None:
    """Browsers leave it out, and say so where no player looks."""
    built = _built(b"Hello\n<script type=importmap>{'imports': {}}</script>", icon=False)
    assert _warnings(built) == [
        "index.html:2: the import map is no JSON of its form, so browsers leave it out"
    ]
