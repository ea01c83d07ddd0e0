from __future__ import annotations

import pytest

from services.gateway.http.negotiation import accepts, names_etag


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("gzip, deflate, br", True),
        ("br;q=1.0, gzip;q=0.1", True),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("br, *;q=0", False),
        ("GZIP", True),
        ("xgzip", False),
        ("identity", False),
        ("", False),
    ],
)
def test_a_coding_is_taken_where_it_is_named(header: str, expected: bool) -> None:
    """By its name or by the star, unless its weight is nothing."""
    assert accepts(header, "gzip") is expected


def test_entity_tags_are_compared_whole() -> None:
    """A weak one too, as no client would send it for a range."""
    assert names_etag('"a", W/"b"', '"b"')
    assert names_etag("*", '"b"')
    assert not names_etag('"ab"', '"b"')
    assert not names_etag("", '"b"')
