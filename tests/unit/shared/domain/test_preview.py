"""Previews of a film travel as they are, and only small ones."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.preview import MAX_PREVIEW_BYTES, Preview, decode_preview, encode_preview


@given(st.binary(min_size=1, max_size=1_000), st.integers(0, 100), st.floats(0, 240))
def test_a_preview_comes_back(data: bytes, frame: int, fps: float) -> None:
    """What was published is what a subscriber reads."""
    preview = Preview(export_id="e1", generation=1, frame=frame, frames=101, fps=fps, data=data)
    assert decode_preview(encode_preview(preview)) == preview


def test_a_large_one_is_refused() -> None:
    """The socket is no way to send a film."""
    large = Preview(
        export_id="e1", generation=1, frame=0, frames=1, fps=1.0, data=bytes(MAX_PREVIEW_BYTES + 1)
    )
    with pytest.raises(msgspec.ValidationError):
        decode_preview(encode_preview(large))


@given(st.binary(max_size=200))
def test_rubbish_is_refused(message: bytes) -> None:
    """A message of any bytes is one or says that it is none."""
    try:
        assert isinstance(decode_preview(message), Preview)
    except msgspec.DecodeError as error:
        assert str(error)  # noqa: PT017 - either outcome is right
