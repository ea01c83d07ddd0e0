"""Permissions: each is kept for a reason that is told, with file and line."""

from __future__ import annotations

import pytest

from services.packager.build.plan import Content
from services.packager.phones import script_signs
from services.packager.platforms.android.permissions import PREFIX, SIGNS, needed
from tests.projects import in_memory

OFFERED = tuple(sorted(PREFIX + name for name in SIGNS))


def _needed(files: dict[str, bytes], **more: object) -> tuple[set[str], list[str]]:
    project = in_memory(files)
    contents = [Content.of(project, path) for path in project.files]
    known = more.get("known", ())
    kept, notes = needed(OFFERED, contents, project, known=known)  # type: ignore[arg-type]
    return {one.removeprefix(PREFIX) for one in kept}, [str(note) for note in notes]


@pytest.mark.parametrize(
    ("script", "kept"),
    [
        (b"new WebSocket(url)", {"INTERNET", "ACCESS_NETWORK_STATE"}),
        (b'const api = "https://api.example.com/v1"', {"INTERNET", "ACCESS_NETWORK_STATE"}),
        (b"fetch(`wss://${host}/`)", {"INTERNET", "ACCESS_NETWORK_STATE"}),
        (rb'{"api": "https:\/\/api.example.com"}', {"INTERNET", "ACCESS_NETWORK_STATE"}),
        (b"navigator.vibrate(50)", {"VIBRATE"}),
        (b'navigator["vibrate"]?.(50)', {"VIBRATE"}),
        (
            b"navigator.mediaDevices.getUserMedia({audio: true})",
            {"RECORD_AUDIO", "MODIFY_AUDIO_SETTINGS", "CAMERA"},
        ),
        (
            b"navigator.geolocation.watchPosition(f)",
            {"ACCESS_COARSE_LOCATION", "ACCESS_FINE_LOCATION"},
        ),
        (b'fetch("assets/level.json")', set()),
        (b'const ns = "http://www.w3.org/2000/svg"', set()),
        (b"// see https://example.com/docs\nlet x", set()),
    ],
)
def test_a_sign_in_a_script_keeps_a_permission(script: bytes, kept: set[str]) -> None:
    """Other permissions are left out."""
    assert _needed({"js/main.js": script})[0] == kept


def test_each_is_told_once_with_its_place() -> None:
    """The first file that has the sign, in the order of paths."""
    files = {"b.js": b"navigator.vibrate(1)", "a/z.js": b"\n\nnavigator.vibrate(9)"}
    kept, notes = _needed(files)
    assert kept == {"VIBRATE"}
    assert notes[0] == "a/z.js:3: the application asks for the permission VIBRATE: vibrate"
    assert len([note for note in notes if "VIBRATE" in note]) == 1


def test_a_game_without_network_is_told_how_to_get_it() -> None:
    """An address that is put together at run time cannot be seen."""
    _, notes = _needed({"a.js": b"fetch(scheme + '://' + host)"})
    (note,) = notes
    assert "does not ask for the permission INTERNET" in note
    assert "'https://api.example.com/'" in note


def test_the_player_s_own_files_are_not_looked_into() -> None:
    """They ask for nothing by themselves."""
    script = b"new WebSocket(url)"
    content = Content.made("player.js", script)
    assert _needed({"player.js": script}, known={content.sha256})[0] == set()


@pytest.mark.parametrize("before", range(30))
def test_a_script_of_any_size_is_looked_into(before: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Piece by piece: a sign is found wherever a piece ends, and in its line."""
    monkeypatch.setattr(script_signs, "BLOCK_BYTES", 25)
    monkeypatch.setattr(script_signs, "LAP_BYTES", 20)
    script = b"\n" * before + b"navigator.vibrate(50)" + b"\n" * 99
    kept, notes = _needed({"huge.js": script})
    assert kept == {"VIBRATE"}
    assert notes[0].startswith(f"huge.js:{before + 1}: ")


@pytest.mark.parametrize(
    ("script", "level"),
    [
        (b'fetch("http://api.example.com/scores")', "warning"),
        (b"socket = new WebSocket('ws://play.example.com')", "warning"),
        (b'request.open("GET", "http://api.example.com")', "warning"),
        (b"<script src=http://cdn.example.com/x.js></script>", "warning"),
        (b'<link rel="stylesheet" href="http://fonts.example.com/a.css">', "warning"),
        (b"import * as lib from 'http://cdn.example.com/lib.js'", "warning"),
        (b"body { background: url(http://example.com/a.png) }", "warning"),
        (rb'{"api": "http:\/\/api.example.com"}', "info"),
        (b'console.log("made with", "http://engine.example.com/")', "info"),
    ],
)
def test_an_address_in_the_clear_is_told(script: bytes, level: str) -> None:
    """Android's applications reach none. Where it is surely loaded, that is a warning."""
    project = in_memory({"a.html": b"\n" + script, "b.js": script})
    contents = [Content.of(project, path) for path in project.files]
    notes = needed(OFFERED, contents, project, known=())[1]
    (told,) = [note for note in notes if "not encrypted" in note.message]
    assert str(told).startswith("a.html:2: ")
    assert told.level == level
    assert "write https:// or wss://" in told.message


@pytest.mark.parametrize(
    "script",
    [
        b'<a href="http://example.com">site</a> <a href=http://example.com>site</a>',
        b'const ns = "http://www.w3.org/2000/svg", local = "http://localhost:8080/"',
        b"// see http://example.com",
        b'fetch("https://example.com/?from=http")',
    ],
)
def test_links_and_names_are_no_addresses(script: bytes) -> None:
    """The browser opens the ones, nobody the others."""
    assert not [note for note in _needed({"a.html": script})[1] if "not encrypted" in note]


def test_a_permission_that_nobody_knows_is_kept() -> None:
    """The runtime has its reasons."""
    project = in_memory({"a.js": b"1"})
    contents = [Content.of(project, "a.js")]
    kept, notes = needed((f"{PREFIX}NEW",), contents, project, known=())
    assert kept == (f"{PREFIX}NEW",)
    assert "as every one does" in str(notes[0])
