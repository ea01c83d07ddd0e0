from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.play.preview.byte_ranges import ByteRange, UnsatisfiableRangeError, read_range


@given(st.integers(1, 1_000), st.integers(0, 1_200), st.integers(0, 1_200))
def test_a_range_is_the_slice_that_it_names(total: int, first: int, last: int) -> None:
    """As Python slices; what begins behind the end cannot be satisfied."""
    content = range(total)
    try:
        found = read_range(f"bytes={first}-{last}", total)
    except UnsatisfiableRangeError:
        assert first >= total
        return
    if last < first:
        assert found is None
    else:
        assert found is not None
        assert content[found.start : found.start + found.size] == content[first : last + 1]


def test_ranges_are_open_at_either_end() -> None:
    """The rest from somewhere on, and so many of the last ones."""
    assert read_range("bytes=90-", 100) == ByteRange(90, 10)
    assert read_range("bytes=-10", 100) == ByteRange(90, 10)
    assert read_range("bytes=-1000", 100) == ByteRange(0, 100)


@pytest.mark.parametrize("header", ["bytes=-0", "bytes=100-", "bytes=100-200"])
def test_what_lies_behind_the_end_cannot_be_satisfied(header: str) -> None:
    """416, with the size."""
    with pytest.raises(UnsatisfiableRangeError):
        read_range(header, 100)


@pytest.mark.parametrize(
    "header",
    ["", "bytes", "bytes=-", "bytes=a-b", "bytes=0-1,3-4", "items=0-1", f"bytes=0-{'9' * 40}"],
)
def test_what_is_no_single_range_is_the_whole_file(header: str) -> None:
    """As RFC 9110 allows; nothing is guessed, and no number is without end."""
    assert read_range(header, 100) is None


def test_an_empty_file_has_no_range() -> None:
    """Not even its first byte."""
    with pytest.raises(UnsatisfiableRangeError):
        read_range("bytes=0-", 0)
