"""One hash of those that are named decides whether bytes are the right ones."""

from __future__ import annotations

import base64
import hashlib

import pytest

from services.packager.registry.integrity import Check, of_sha1, shortened, strongest


def _sri(name: str, data: bytes) -> str:
    digest = hashlib.new(name, data).digest()
    return f"{name}-{base64.b64encode(digest).decode()}"


@pytest.mark.parametrize("name", ["sha1", "sha256", "sha384", "sha512"])
def test_every_known_hash_is_checked(name: str) -> None:
    """In blocks, as the bytes come."""
    for data, holds in ((b"right", True), (b"wrong", False)):
        check = Check(_sri(name, b"right"))
        check.update(data[:2])
        check.update(data[2:])
        assert check.holds is holds
        assert check.found == _sri(name, data)


def test_the_strongest_counts() -> None:
    """Whatever stands first; what is unknown, too short or something else does not count."""
    sha1, sha512 = _sri("sha1", b"a"), _sri("sha512", b"b")
    assert strongest(f"{sha1}  {sha512}?option md5-x") == sha512
    assert strongest(f"sha512-short {sha1}") == sha1
    assert strongest(f"sha512-{sha1[5:]}") == ""
    assert strongest("") == ""
    assert strongest("sha512-../../x") == ""


def test_old_hashes_in_hexadecimal() -> None:
    """As yarn's addresses and old registries have them."""
    assert of_sha1(hashlib.sha1(b"a").hexdigest()) == _sri("sha1", b"a")  # noqa: S324 - as it is
    assert of_sha1("xyz") == of_sha1("") == of_sha1("A" * 40) == ""


def test_people_see_the_beginning() -> None:
    """Enough to compare."""
    assert shortened(_sri("sha512", b"")) == "sha512-z4PhNX7vuL3x…"
