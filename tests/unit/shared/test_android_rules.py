"""What Android takes as id, version and API level, and what is said of the rest."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.android_rules import (
    MAX_VERSION_CODE,
    VersionError,
    application_id_of,
    refusals,
    version_code,
)
from shared.domain.options import ExportOptions

part = st.integers(0, 999)


def test_newer_versions_have_higher_codes() -> None:
    """In the order in which people count them."""
    versions = [
        "0.0.0.1",
        "0.0.1",
        "1",
        "1.2.3",
        "1.2.3.4",
        "1.2.10",
        "1.3",
        "2.0",
        "209.999.999.9",
    ]
    codes = [version_code(version) for version in versions]
    assert all(older < newer for older, newer in pairwise(codes))
    assert version_code("1.2.3") == 10_020_030
    assert codes[-1] < MAX_VERSION_CODE


@given(st.tuples(st.integers(0, 209), part, part, st.integers(1, 9)), st.integers(1, 9))
def test_codes_are_unique_and_ordered(numbers: tuple[int, ...], last: int) -> None:
    """Two versions have one code only if they are the same."""
    other = (*numbers[:3], last)
    code, others = (version_code(".".join(map(str, one))) for one in (numbers, other))
    assert (code < others) == (numbers < other)
    assert 0 < code < MAX_VERSION_CODE


@pytest.mark.parametrize("version", ["2026.12.1", "210", "1.1000", "1.2.3.10"])
def test_a_number_that_has_no_room_is_refused(version: str) -> None:
    """The message says what the highest one is, and how to write a date."""
    with pytest.raises(VersionError, match=r"209\.999\.999\.9 is the highest.*26\.12\.1"):
        version_code(version)


def test_what_nobody_has_numbered_has_a_code() -> None:
    """Templates of projects begin with 0.0.0, and stores take no code 0."""
    assert version_code("0") == version_code("0.0.0-alpha") == 1
    assert version_code("0.0.0") < version_code("0.0.1")


def test_what_follows_the_numbers_does_not_count() -> None:
    """A store takes 1.2.3-beta or 1.2.3, not both; the export says so."""
    assert version_code("1.2.3-beta.1+5") == version_code("1.2.3")


@pytest.mark.parametrize(
    ("given_id", "remedy"),
    [
        ("com.my-studio.game", "com.my_studio.game"),
        ("com.studio.3d", "com.studio.g3d"),
        ("com.new.game", "com.new_game.game"),
    ],
)
def test_an_id_that_android_refuses_is_told_how_to_mend(given_id: str, remedy: str) -> None:
    """Nothing is mended without being asked: an id is for ever."""
    ((path, reason),) = refusals(ExportOptions(bundle_id=given_id))
    assert path == "options.bundleId"
    assert f"write {remedy}, say" in reason


def test_usual_ids_are_taken() -> None:
    """Letters, digits, underscores."""
    assert not [*refusals(ExportOptions(bundle_id="com.Example_2.game7", app_version="1.0"))]


@pytest.mark.parametrize(
    ("made", "mapped"),
    [
        ("com.aethel.game.star-courier", "com.aethel.game.star_courier"),
        ("com.aethel.game.p1", "com.aethel.game.p1"),
    ],
)
def test_an_id_that_was_made_is_written_in_androids_letters(made: str, mapped: str) -> None:
    """Nobody has chosen it."""
    assert application_id_of(made) == mapped


@given(st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}", fullmatch=True))
def test_every_id_that_is_made_fits(project: str) -> None:
    """Whatever a project is called."""
    made = application_id_of(f"com.aethel.game.{project.rstrip('-')}")
    assert not [*refusals(ExportOptions(bundle_id=made))]


def test_levels_have_an_order() -> None:
    """The oldest is not newer than what the application was made for."""
    found = dict(refusals(ExportOptions(min_sdk_version=23)))
    assert "Android 7" in found["options.minSdkVersion"]
    found = dict(refusals(ExportOptions(min_sdk_version=30, target_sdk_version=29)))
    assert "older than minSdkVersion" in found["options.targetSdkVersion"]
    found = dict(refusals(ExportOptions(min_sdk_version=40)))
    assert "targetSdkVersion" in found["options.minSdkVersion"]
