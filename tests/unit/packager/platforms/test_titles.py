# ruff: noqa: RUF001 - letters of many scripts resemble Latin ones
"""Titles in the world's scripts, through every exporter and read back by foreign readers."""

from __future__ import annotations

import json
import plistlib
import subprocess
import unicodedata
from typing import TYPE_CHECKING, Final

import pefile
import pytest

from services.packager.application.app_identity import AppIdentity
from tests.applications import config_in, program_in, unpacked
from tests.projects import build, request
from tests.unit.packager.platforms.test_windows import strings_of

if TYPE_CHECKING:
    from pathlib import Path

TITLES: Final = {
    "latin": "Æther & Straße — L’été",
    "greek": "Το Παιχνίδι",
    "cyrillic": "Игра Ёжика",
    "armenian": "Խաղ",
    "georgian": "თამაში",
    "hebrew": "משחק",
    "arabic": "لعبة",
    "persian": "می\u200cخواهم بازی",
    "syriac": "ܫܥܫܘܥܐ",
    "devanagari": "क्\u200dष खेल",
    "bengali": "খেলা",
    "tamil": "விளையாட்டு",
    "sinhala": "ක්\u200dෂේත්\u200dරය",
    "thai": "เกมส์",
    "khmer": "ល្បែង",
    "tibetan": "རྩེད་མོ",
    "burmese": "ဂိမ်း",
    "ethiopic": "ጨዋታ",
    "mongolian": "ᠲᠣᠭᠯᠠᠭᠠ\u180eᠠ",
    "han": "星の冒険：第2章",
    "hangul": "별의 모험",
    "cherokee": "ᏗᏁᎶᏗ",
    "adlam": "𞤊𞤭𞤶𞤭𞤪𞤣𞤫",
    "emoji": "👩🏽\u200d🚀 ❤️\u200d🔥 🏳️\u200d🌈",
    "new emoji": "\U0001fae9 Tired",
    "england": "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f Cup",
}


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES.keys())
def test_a_title_is_kept_everywhere(title: str, tmp_path: Path) -> None:
    """Letter by letter: by the page's title into program, plist, version resource and entry."""
    files = {"index.html": f"<!doctype html><title>{title}</title><p>here".encode()}
    title = unicodedata.normalize("NFC", title)
    command = AppIdentity.of(title, "1.0.0", request("linux"), "p1").command
    assert command not in {"game", "2"}

    linux = build(files, request("linux"))
    entry = unpacked(linux)[f"{command}-1.0.0/{command}.desktop"]
    path = tmp_path / "game.desktop"
    path.write_bytes(entry)
    subprocess.run(["desktop-file-validate", path], check=True)
    assert f"\nName={title}\n".encode() in entry
    assert json.loads(config_in(linux))["title"] == title

    macos = unpacked(build(files, request("macos")))
    (app,) = {name.partition("/")[0] for name in macos}
    plist = plistlib.loads(macos[f"{app}/Contents/Info.plist"])
    assert plist["CFBundleName"] == title
    assert plist["CFBundleExecutable"] == command

    windows = build(files, request("windows"))
    assert strings_of(pefile.PE(data=program_in(windows)))["ProductName"] == title
    assert windows.name == f"{command}-1.0.0-windows-x64.zip"


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("gpj.\u202eexe", "gpj.exe"),
        ("a\u2066b\u2069", "ab"),
        ("a\x00b\x1bc", "abc"),
        ("a\ufdd0\U0001fffeb", "ab"),
        ("a\u200bb", "ab"),
        ("a\u200cb", "ab"),  # a joiner that joins nothing
        ("🏴\U000e0067\U000e0062", "🏴"),  # a flag without an end
        ("a\U000e0061\U000e0062\U000e0063\U000e007f", "a"),  # an end without a flag
        ("a\u180bb", "ab"),  # chooses a form of a Mongolian letter
    ],
)
def test_what_deceives_goes(title: str, shown: str) -> None:
    """Direction marks, controls, noncharacters, hidden letters."""
    assert AppIdentity.of(title, "1.0.0", request("linux"), "p1").title == shown
