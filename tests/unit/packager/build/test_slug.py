# ruff: noqa: RUF001 - letters of many scripts resemble Latin ones
"""Names in ASCII, of titles in any script."""

from __future__ import annotations

import re

import pytest
from anyascii import anyascii
from hypothesis import given, settings
from hypothesis import strategies as st

from services.packager.build.slug import MAX_SLUG, slug


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Star Courier 2", "star-courier-2"),
        ('../"Añ🎮";rm -rf', "an-rm-rf"),
        ("Süßer Ärger", "susser-arger"),
        ("L'été", "l-ete"),
        ("星の冒険：第2章", "xingnomaoxian-di2zhang"),
        ("Игра на 2048", "igra-na-2048"),
        ("한국어 게임", "hangugeo-geim"),
        ("می\u200cرود", "myrwd"),
        ("ＦＵＬＬ　ｗｉｄｔｈ", "full-width"),
        ("2048", "2048"),
        ("🎮", "video-game"),
        ("\U0001fae9 Tired", "tired"),
        ("???", "game"),
        ("", "game"),
    ],
)
def test_a_title_in_ascii(title: str, name: str) -> None:
    """As it sounds; signs count where there is nothing else."""
    assert slug(title) == name


@given(st.text(max_size=200))
@settings(deadline=None)
def test_any_title_has_a_name(title: str) -> None:
    """Which needs no quotes, and has an end."""
    name = slug(title)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
    assert len(name) <= MAX_SLUG


KNOWN_LETTERS = st.characters(min_codepoint=0x3400, max_codepoint=0x9FFF).filter(anyascii)


@given(st.text(KNOWN_LETTERS, min_size=1, max_size=30))
@settings(deadline=None)
def test_letters_say_something(title: str) -> None:
    """A title whose letters can be transliterated is not reduced to the figures in it."""
    assert slug(f"{title}2") != "2"
