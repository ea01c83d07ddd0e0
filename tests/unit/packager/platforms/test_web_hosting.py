"""What hosts are told."""

from __future__ import annotations

import msgspec
import pytest

from services.packager.platforms.web import hosting


@pytest.mark.parametrize(
    ("name", "hashed"),
    [
        ("assets/index-4f2a91bc.js", True),
        ("main.0a1b2c3d4e5f.chunk.css", True),
        ("photo-20240131.png", False),
        ("level-deadbeef.json", False),
        ("background-landscape.png", False),
        ("a-1b2c3d.js", False),
        ("index.html", False),
    ],
)
def test_only_names_with_a_hash_never_change(name: str, hashed: bool) -> None:
    """Dates, words and short numbers are no hashes: caching them for a year would be a fault."""
    assert hosting.is_hashed(name) is hashed


def test_hashed_files_are_immutable_and_the_rest_is_asked_for_again() -> None:
    """Both files say the same."""
    files = hosting.files(["index.html", "a-4f2a91bc.js", "b (1)-4f2a91bc.js"], isolated=False)
    assert files["_headers"].decode() == (
        "/*\n  Cache-Control: no-cache\n"
        "/a-4f2a91bc.js\n  ! Cache-Control\n"
        "  Cache-Control: public, max-age=31536000, immutable\n"
    )
    rules = msgspec.json.decode(files["serve.json"])["headers"]
    assert [rule["source"] for rule in rules] == ["**", "a-4f2a91bc.js"]
    assert b"Cross-Origin" not in files["_headers"] + files["serve.json"]


def test_isolation_is_for_every_file() -> None:
    """SharedArrayBuffer needs both headers on the page."""
    files = hosting.files(["index.html"], isolated=True)
    for name in ("_headers", "serve.json"):
        assert b"Cross-Origin-Opener-Policy" in files[name]
        assert b"require-corp" in files[name]


def test_rules_stay_within_what_hosts_take() -> None:
    """Cloudflare Pages refuses more than a hundred rules."""
    many = [f"a-{n:08x}f0.js" for n in range(0x1000, 0x1200)]
    assert hosting.files(many, isolated=False)["_headers"].count(b"\n/") <= 100
