"""Our rules stand among those of others, who never lose theirs."""

from __future__ import annotations

from typing import Any

import pytest

from cli.bucket.rules import (
    CORS_ID,
    allowed_origins,
    cors_rule,
    lifecycle_rule,
    merged,
    open_to_everybody,
    tls_only,
)

OURS = cors_rule(["https://export.example"])
OTHER: dict[str, Any] = {"ID": "cdn", "AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}
NAMELESS: dict[str, Any] = {"AllowedOrigins": ["https://a.example"], "AllowedMethods": ["PUT"]}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([], [OURS]),
        ([OTHER, NAMELESS], [OTHER, NAMELESS, OURS]),
        ([OTHER, {**OURS, "AllowedOrigins": ["https://old.example"]}, NAMELESS], None),
        ([OURS], None),
        ([{**OURS, "AllowedMethods": ["HEAD", "GET"]}, OTHER], None),
        ([{key: value for key, value in OURS.items() if key != "ID"}, OTHER], None),
    ],
    ids=["none yet", "others", "ours is old", "ours", "in another order", "without its name"],
)
def test_others_keep_theirs(found: list[dict[str, Any]], expected: Any) -> None:
    """Ours is put in its old place, or at the end, or stands there already."""
    old = any(rule.get("AllowedOrigins") == ["https://old.example"] for rule in found)
    result = merged(found, OURS, name="ID")
    assert result == ([OTHER, OURS, NAMELESS] if old else expected)


def test_twice_is_once() -> None:
    """What was merged is there."""
    rules = merged([OTHER], OURS, name="ID")
    assert rules is not None
    assert merged(rules, OURS, name="ID") is None


def test_a_storage_that_drops_an_empty_prefix_has_the_rule() -> None:
    """It comes back without its filter."""
    rule = {**lifecycle_rule(), "Filter": {}}
    assert merged([rule], lifecycle_rule(), name="ID") is None


@pytest.mark.parametrize(
    ("public", "editors", "expected"),
    [
        ("", "", []),
        ("https://Export.example/x", "", ["https://export.example"]),
        ("https://e.example", "https://e.example/", ["https://e.example"]),
        (
            "https://e.example",
            "https://m.example",
            ["https://e.example", "https://m.example", "null"],
        ),
        ("https://e.example", "*", ["*"]),
    ],
)
def test_who_downloads(public: str, editors: str, expected: list[str]) -> None:
    """The page itself; editors through a redirect, for which a browser hides its origin."""
    assert allowed_origins(public, editors) == expected
    assert cors_rule(expected)["ID"] == CORS_ID


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ({"Sid": "All", "Effect": "Allow", "Principal": "*"}, ["All"]),
        ({"Effect": "Allow", "Principal": {"AWS": ["*"]}}, ["number 1"]),
        ({"Effect": "Allow", "Principal": "*", "Condition": {"x": {}}}, []),
        ({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::1:root"}}, []),
        (tls_only("games"), []),
    ],
)
def test_what_is_open_to_everybody_is_named(statement: dict[str, Any], named: list[str]) -> None:
    """A denial to everybody is not."""
    assert list(open_to_everybody([statement])) == named
