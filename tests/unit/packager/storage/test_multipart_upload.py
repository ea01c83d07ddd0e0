"""The parts of an artifact: few enough for the storage, small enough for memory."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.packager.storage.multipart_upload import (
    MAX_PARTS,
    MIN_PART_BYTES,
    MOST_EXPECTED_BYTES,
    part_bytes_for,
)


@given(expected=st.integers(0, MOST_EXPECTED_BYTES) | st.just(MOST_EXPECTED_BYTES))
def test_parts_are_enough_and_fit_into_memory(expected: int) -> None:
    """For twice what is expected; the largest one that any build can bring about is bounded."""
    part_bytes = part_bytes_for(expected)
    assert MIN_PART_BYTES <= part_bytes <= 256 << 20
    assert part_bytes * MAX_PARTS >= 2 * expected
