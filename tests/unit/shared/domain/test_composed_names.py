"""Names whose letters and marks came apart."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.composed_names import LONGEST, composed, composed_paths, composition_note
from shared.domain.ignore_patterns import read_patterns
from shared.domain.private_files import HomeRule, Kind
from shared.errors import PathError

NAME = st.text(st.characters(categories=["L", "N", "M"]), min_size=1, max_size=12)
PATH = st.lists(NAME, min_size=1, max_size=4).map("/".join)


@given(st.lists(PATH, max_size=8))
def test_every_spelling_of_a_path_becomes_the_same(paths: list[str]) -> None:
    """Whatever packed them, files are found by the names that pages have; no two become one."""
    wanted = {unicodedata.normalize("NFC", path) for path in paths}
    apart = [unicodedata.normalize("NFD", path) for path in wanted]
    for spelled in (list(wanted), apart, [*wanted, *wanted]):
        assert set(composed_paths(spelled).values()) == wanted


@pytest.mark.parametrize(
    ("one", "other"),
    [("B\xe4r.png", "Ba\u0308r.png"), ("\u212b/a", "\xc5/a"), ("\uac00.txt", "\u1100\u1161.txt")],
)
def test_two_files_of_one_name_are_both_named(one: str, other: str) -> None:
    """So that they can be told apart, although they look alike."""
    for paths in ([one, other], [other, one]):
        with pytest.raises(PathError) as caught:
            composed_paths(paths)
        assert ascii(one) in str(caught.value).replace("\\\\", "\\")
        assert ascii(other) in str(caught.value).replace("\\\\", "\\")


def test_no_name_costs_more_than_a_path_may() -> None:
    """Marks are sorted in time that grows with their square."""
    long = "e" + "\u0301\u0323" * LONGEST
    assert composed(long) is long


def test_it_is_told_once_and_short() -> None:
    """Of many names the first."""
    assert "1 name was" in composition_note(["\xe4"])
    many = composition_note([f"\xe4{number}" for number in range(2_000)])
    assert many.startswith("2,000 names were")
    assert many.endswith("\xe40, \xe41, \xe42, …")
    assert len(composition_note(["\xe4" * 500] * 9)) < 500


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_patterns_mean_names_in_any_form(form: str) -> None:
    """What stays at home does so however its maker has spelled it."""
    line = unicodedata.normalize("NFC" if form == "NFC" else "NFD", "P\xe4sse/")
    found = HomeRule(read_patterns(line.encode())).stays_home("P\xe4sse/a.png")
    assert found
    assert found.kind is Kind.IGNORED
