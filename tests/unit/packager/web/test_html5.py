"""A project with its own page: what is added, and what of the maker's is left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from services.packager import web
from services.packager.platforms import web as platform
from services.packager.processes.subprocess_runner import ProgramTimeoutError
from services.packager.web.html5 import syntax_check
from shared.domain.entry_page import EntryPageMissingError
from tests.projects import Built, build, request
from tests.unit.packager.web.test_icons import png

if TYPE_CHECKING:
    from services.packager.web import Site

PAGE = b"<!doctype html>\r\n<html><head><title>Star Courier</title></head><body>Go</body></html>"
MANIFEST_LINK = b'<link rel="manifest" href="manifest.webmanifest">'
NO_ICON = b'<link rel="icon" href="data:,">'


def _web(page: bytes = PAGE, files: dict[str, bytes] | None = None, **options: Any) -> Built:
    return build({"index.html": page, **(files or {})}, request("web", **options))


def _notes(built: Built) -> list[str]:
    return [str(note) for note in built.plan.notes]


def test_a_page_gets_its_manifest_link_and_keeps_all_else() -> None:
    """Elements in its head, every other byte as it was; and no browser asks for a favicon.ico."""
    expected = PAGE.replace(b"</head>", MANIFEST_LINK + NO_ICON + b"</head>")
    assert _web().files["index.html"] == expected


def test_a_page_with_its_own_links_stays_as_it_is() -> None:
    """No second manifest, no second icon; and the maker learns that the icon is not shown."""
    page = PAGE.replace(
        b"</head>",
        b"<link rel=manifest href=own.json><link rel='shortcut icon' href=i.ico>"
        b"<link rel=apple-touch-icon href=t.png></head>",
    )
    own = {"own.json": b"{}", "i.ico": b"i", "t.png": b"t", "icon.png": png(512, 512)}
    built = _web(page, own, app_icon="icon.png")
    assert built.files["index.html"] == page
    assert "manifest.webmanifest" not in built.files
    assert any(note.startswith("icon.png: appIcon is not shown") for note in _notes(built))


def test_a_page_with_an_icon_of_its_own_still_gets_launcher_icons() -> None:
    """The page keeps its icon; the web manifest has those made from appIcon."""
    page = PAGE.replace(b"</head>", b"<link rel=icon href=i.ico></head>")
    built = _web(page, {"i.ico": b"i", "icon.png": png(512, 512)}, app_icon="icon.png")
    assert b'rel="icon"' not in built.files["index.html"]
    manifest = msgspec.json.decode(built.files["manifest.webmanifest"])
    assert [icon["purpose"] for icon in manifest["icons"]] == ["any", "any", "maskable"]
    assert all(icon["src"] in built.files for icon in manifest["icons"])


@pytest.mark.parametrize(
    "path", ["_headers", "serve.json", "manifest.webmanifest", "favicon.ico", "icons/icon-192.png"]
)
def test_the_maker_s_own_file_wins(path: str) -> None:
    """A file that would have been made is not, where the project has one of that name."""
    built = _web(files={path: b"my own", "icon.png": png(512, 512)}, app_icon="icon.png")
    assert built.files[path] == b"my own"
    assert f"{path}: the project's own is kept" in _notes(built)


def test_the_web_manifest_works_in_any_folder() -> None:
    """Its URLs are relative to itself."""
    manifest = msgspec.json.decode(_web(app_name="Läufer").files["manifest.webmanifest"])
    assert manifest["name"] == "Läufer"
    assert (manifest["start_url"], manifest["scope"]) == (".", ".")


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({"index.html": PAGE}, "star-courier-1.0.0-web.zip"),
        ({"index.html": b"<title>\n  A\t&lt;b&gt; / C  </title>Go"}, "a-b-c-1.0.0-web.zip"),
        ({"index.html": b"<p>hi", "game.json": b'{"name": "Dune"}'}, "dune-1.0.0-web.zip"),
        ({"index.html": b"<p>hi", "game.json": b"broken"}, "p1-1.0.0-web.zip"),
        ({"index.html": "<title>星の旅</title>Go".encode()}, "xingnolu-1.0.0-web.zip"),
        ({"index.html": b"<title>" + b"long " * 100 + b"</title>Go"}, None),
    ],
)
def test_the_artifact_is_called_after_the_game(files: dict[str, bytes], name: str | None) -> None:
    """By the page's title, else the game's name, else the project, in letters for every system."""
    built = build(files, request("web"))
    assert built.name == name or (name is None and len(built.name) < 90)


@pytest.mark.parametrize(
    ("files", "hint"),
    [
        ({"readme.md": b""}, "neither index.html"),
        ({"Index.html": PAGE}, "It has Index.html"),
        (
            {"README.txt": b"", "my game/index.html": PAGE, "node_modules/a/index.html": PAGE},
            r"It has my game/index\.html: push or pack the folder my game it.* outputDir=my game",
        ),
        ({"a/b/game.json": b"{}"}, r"a/b/game\.json: push or pack the folder a/b itself.* top\."),
        (
            {"package.json": b"{}", "src/main.ts": b""},
            r"package\.json, but no index\.html anywhere",
        ),
    ],
)
def test_a_project_without_a_page_is_refused(files: dict[str, bytes], hint: str) -> None:
    """The message names what is expected, and what comes close."""
    with pytest.raises(EntryPageMissingError, match=hint):
        build(files, request("web"))


def test_left_out_maps_are_told() -> None:
    """What is not shipped is said."""
    source_map = b'{"version": 3, "sources": ["a.ts"], "mappings": "AAAA"}'
    built = _web(files={"a.js.map": source_map, "b.js.map": b")]}'\n" + source_map})
    assert any("left out 2 source maps (*.map)" in note for note in _notes(built))
    assert not [path for path in built.files if path.endswith(".map")]


def test_scripts_that_nobody_has_looked_into_are_looked_into_next_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The machine was too busy: that export does not stand for those that follow."""

    def too_slow(*_: object, **__: object) -> None:
        raise ProgramTimeoutError

    page = PAGE.replace(b"Go", b"Go<script src=a.js></script>")
    assert _web(page, {"a.js": b"go()"}).plan.reusable
    monkeypatch.setattr(syntax_check, "run_inside", too_slow)
    built = _web(page, {"a.js": b"go()"})
    assert any("were not looked into" in note for note in _notes(built))
    assert not built.plan.reusable


@pytest.mark.parametrize("format_", ["", "single-file"])
@pytest.mark.parametrize("about", [{"reproducible": False}, {"lacking": ("b@1.0.0",)}])
def test_what_a_site_says_of_itself_holds_for_its_artifact(
    monkeypatch: pytest.MonkeyPatch, format_: str, about: dict[str, Any]
) -> None:
    """Whatever form it has: another build may give another one."""

    def site_of(*given: Any) -> Site:
        return msgspec.structs.replace(web.site_of(*given), **about)

    monkeypatch.setattr(platform, "site_of", site_of)
    plan = _web(format=format_).plan
    assert {name: getattr(plan, name) for name in about} == about
