from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.packager.application.app_identity import AppIdentity, file_name_of
from shared.domain.paths import check_path
from shared.domain.visible_text import visible_line
from tests.projects import request

HOSTILE = '../"Añ🎮";rm -rf'


def _identity(
    title: str, version: str = "1.0.0", *, bundle_id: str = "", project: str = "p1"
) -> AppIdentity:
    return AppIdentity.of(title, version, request("windows", bundle_id=bundle_id), project)


def test_a_hostile_title() -> None:
    """It is shown as it is; what is derived from it fits where it goes."""
    identity = _identity(HOSTILE, "1.2.3-beta.4")
    assert identity.title == HOSTILE
    assert identity.file_name == "Añ🎮;rm -rf"
    assert identity.command == "an-rm-rf"
    assert identity.bundle_id == "com.aethel.game.p1"


@pytest.mark.parametrize(
    ("title", "shown", "file_name"),
    [
        ("Star Courier", "Star Courier", "Star Courier"),
        ("  two \t lines\r\nhere ", "two lines here", "two lines here"),
        ("exe.\u202egnp", "exe.gnp", "exe.gnp"),
        ("ze\u200bro\x00\x07", "zero", "zero"),
        ("👩‍🚀 goes", "👩‍🚀 goes", "👩‍🚀 goes"),
        ("Cafe\u0301", "Café", "Café"),
        ("NUL", "NUL", "Game NUL"),
        ("com1.txt", "com1.txt", "Game com1.txt"),
        ("a: b?", "a: b?", "a b"),
        ("...", "...", "Game"),
        ("\u200d", "Game", "Game"),
        ("-rf", "-rf", "-rf"),
    ],
)
def test_titles(title: str, shown: str, file_name: str) -> None:
    """What people see, and what file systems take."""
    identity = _identity(title)
    assert (identity.title, identity.file_name) == (shown, file_name)


@given(st.text(max_size=100))
@settings(deadline=None)
def test_any_title_is_a_file_name_everywhere(title: str) -> None:
    """The rules for paths of a project, which are those of all systems, hold for it."""
    identity = _identity(title)
    check_path(f"{identity.file_name}.exe")
    check_path(identity.file_name)
    assert identity.file_name == unicodedata.normalize("NFC", identity.file_name)
    assert 0 < len(identity.title.encode()) <= 256
    assert visible_line(identity.title) == identity.title


def test_long_names_are_cut_between_letters() -> None:
    """120 bytes for a file, 256 for a title."""
    identity = _identity("🎮" * 100)
    assert identity.title == "🎮" * 64
    assert file_name_of("🎮" * 100) == "🎮" * 30


@pytest.mark.parametrize(
    ("version", "numbers", "short"),
    [
        ("1", (1, 0, 0, 0), "1"),
        ("1.2.3.4", (1, 2, 3, 4), "1.2.3"),
        ("1.2.70000-rc.1", (1, 2, 65_535, 0), "1.2.70000"),
        ("2.0+build.7", (2, 0, 0, 0), "2.0"),
        ("007.08", (7, 8, 0, 0), "7.8"),
    ],
)
def test_versions(version: str, numbers: tuple[int, ...], short: str) -> None:
    """Windows counts four numbers of 16 bits, macOS three."""
    identity = _identity("t", version)
    assert (identity.numbers, identity.short_version) == (numbers, short)


def test_two_projects_never_share_an_id() -> None:
    """Else they would share their saves."""
    ids = {_identity("t", project=project).bundle_id for project in ("a_b", "a-b", "a_b_", "a__b")}
    assert len(ids) == 4
    assert all("_" not in bundle_id for bundle_id in ids)
    assert _identity("t", bundle_id="org.me.game").bundle_id == "org.me.game"
