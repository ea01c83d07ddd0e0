"""Sounds and films that the Linux shell's page plays by media elements, with WebKitGTK."""

from __future__ import annotations

import json
import re
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.shell.desktop import HANG_S, play, screen
from tests.shell.game import game
from tests.shell.media_files import FILMS, SOUNDS, film, sound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.shell.desktop import Playing

PAGE: Final = Path(__file__).parent / "media"
DECODED_HERE: Final = sorted(SOUNDS.keys() - {"tone.m4a"})  # by GStreamer's good plug-ins
SEEKED: Final = [3, 2]  # seconds: its length, and where it is after a jump
pytestmark = pytest.mark.timeout(900)  # a hang; a busy machine is none


@pytest.fixture(scope="module")
def playing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playing]:
    """The page with all sounds and films."""
    folder = tmp_path_factory.mktemp("media")
    files = {path.name: path.read_bytes() for path in PAGE.iterdir()}
    files |= {f"assets/{name}": sound(name) for name in SOUNDS}
    files |= {name: film(name) for name in FILMS}
    with screen(folder / "home") as desk:
        yield play(desk, game(folder / "probe", files=files))


@pytest.mark.parametrize("name", DECODED_HERE)
def test_a_sound_plays_and_jumps(playing: Playing, name: str) -> None:
    """Every format, made by ``new Audio``; the jump asks for a part of the file."""
    assert json.loads(playing.told(re.escape(name))) == SEEKED


@pytest.mark.parametrize("form", ["markup", "detached", "shadow", "set", "clone", "film"])
def test_a_media_element_of_any_origin_plays(playing: Playing, form: str) -> None:
    """From markup, in no document, in a shadow tree, copied, with several sources."""
    assert json.loads(playing.told(form)) == SEEKED


def test_a_sound_that_starts_while_the_page_is_read_plays(playing: Playing) -> None:
    """The first script is early enough."""
    assert playing.told("early") == "plays"


def test_the_page_sees_the_addresses_that_it_wrote(playing: Playing) -> None:
    """Games compare them, and cut names out of them."""
    whole = "aethel://game/assets/tone.ogg"
    assert json.loads(playing.told("names")) == ["assets/tone.ogg", whole, whole]


def test_pictures_and_sound_are_the_pages_own(playing: Playing) -> None:
    """A canvas can read a film; an element's sound is worked on, before any key was pressed."""
    assert playing.told("drawn") == "red"
    assert playing.told("sound") == "heard"


def test_what_does_not_play_is_told_once(playing: Playing) -> None:
    """File and reason, and what a player of the game can do."""
    playing.told("done")
    assert playing.told("missing") == "MediaError 4"
    missing = "page error: aethel://game/assets/nothing.wav is not part of the game"
    assert playing.logged(missing).count("nothing.wav is not part") == 1
    for name in ("tone.m4a", "film.mp4"):
        if playing.told(re.escape(name)).startswith("MediaError"):
            log = playing.logged(f"{name} does not play: ")
            assert log.count(f"{name} does not play: ") == 1
            assert "gstreamer1.0-libav" in log


def test_other_programs_get_not_a_byte(playing: Playing) -> None:
    """The port answers those alone who know the key, which no command line shows."""
    playing.told("done")
    command = ["ss", "--listening", "--tcp", "--processes", "--no-header", "--numeric"]
    listening = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    pattern = r"127\.0\.0\.1:(\d+)\s.*pid=" + str(playing.process.pid) + ","
    (port,) = re.findall(pattern, listening)
    for target in ("/", "/assets/tone.wav", f"/{'0' * 32}/assets/tone.wav", "/.aethel/runtime.js"):
        with socket.create_connection(("127.0.0.1", int(port)), timeout=HANG_S) as connection:
            connection.sendall(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            assert connection.recv(65536) == b"", target
    playing.logged("refused a request that is not the media player's")
