from __future__ import annotations

import sys
import unicodedata

import pytest

from shared.domain.visible_text import check_visible, objection, visible
from shared.errors import InvalidRequestError

HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
JOINERS = "\u200c\u200d"


def test_no_character_that_cannot_be_seen_passes() -> None:
    """All of Unicode's controls, formats, separators of lines, surrogates; beside any letter."""
    for code in range(sys.maxunicode + 1):
        letter = chr(code)
        if unicodedata.category(letter) in HIDDEN:
            assert objection(f"a{letter}b"), hex(code)


@pytest.mark.parametrize("letter", ["\u3164", "\uffa0", "\u115f", "\u034f", "\u2800", "\ufffe"])
def test_letters_without_ink_do_not_pass(letter: str) -> None:
    """Some that Unicode calls letters, marks or symbols show nothing either."""
    assert objection(f"a{letter}")


@pytest.mark.parametrize(
    "name",
    [
        "Emberlight", "Süßer Ärger", "Игра", "游戏", "ゲーム 2", "게임", "משחק", "لعبة", "खेल",
        "می\u200cرود", "ක්\u200dෂ", "👩\u200d🚀 moon", "🏳️\u200d🌈", "❤️\u200d🔥", "1 × 2 “x”",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "\U0001fae9", "ᠠ\u180bᠨ",
    ],
)  # fmt: skip
def test_names_of_all_scripts_pass(name: str) -> None:
    """With the joiners that some scripts, and emoji, are written with."""
    assert objection(name) is None
    assert visible(name) == name


@pytest.mark.parametrize("joiner", JOINERS)
@pytest.mark.parametrize(
    "around", ["a{}b", "{}", "é{}é", "Пр{}ивет", "م{}", "{}م", "م{0}{0}م", "漢{}字"]
)
def test_joiners_pass_only_where_they_join(around: str, joiner: str) -> None:
    """Elsewhere they make two names out of one."""
    assert objection(around.format(joiner))


def test_a_refusal_names_the_place_and_the_character() -> None:
    """So that somebody who cannot see it can still find it."""
    with pytest.raises(
        InvalidRequestError, match=r"name contains U\+202E \(RIGHT-TO-LEFT OVERRIDE"
    ):
        check_visible("name", "gpj.\u202eexe")


def test_notes_may_have_lines() -> None:
    """But nothing else of the kind."""
    assert check_visible("reason", "one\n\ttwo", multiline=True) == "one\n\ttwo"
    for letter in "\r\x1b\u2028\u202e\x00":
        with pytest.raises(InvalidRequestError):
            check_visible("reason", letter, multiline=True)
