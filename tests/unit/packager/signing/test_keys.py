from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from services.packager.signing.keys import KeyBrokenError, SigningKeys
from shared.domain.signing_policy import SigningRequiredError, UnknownKeyError
from tests.projects import request

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def keys(tmp_path: Path) -> SigningKeys:
    """Two keys for Windows, one of them the default; hidden folders as Kubernetes makes them."""
    for name in ("windows/default", "windows/studio", "windows/..data", "linux/ci"):
        (tmp_path / name).mkdir(parents=True)
    return SigningKeys(tmp_path)


def test_names(keys: SigningKeys) -> None:
    """By platform; what makers may choose from."""
    assert keys.by_platform(["linux", "macos", "windows"]) == {
        "linux": ("ci",),
        "windows": ("default", "studio"),
    }
    assert SigningKeys().by_platform(["windows"]) == {}
    assert keys.by_platform(["x" * 300, "linux"]) == {"linux": ("ci",)}  # unreadable: too long


@pytest.mark.parametrize(
    ("configuration", "wanted", "chosen"),
    [
        ("release", "", "default"),
        ("distribution", "", "default"),
        ("debug", "", None),
        ("release", "studio", "studio"),
        ("debug", "studio", "studio"),
    ],
)
def test_choice(keys: SigningKeys, configuration: str, wanted: str, chosen: str | None) -> None:
    """The named one, else the default one unless it is a debug build."""
    key = keys.choose(request("windows", configuration, signing_key=wanted))  # type: ignore[arg-type]
    assert (key and key.name) == chosen


@pytest.mark.parametrize("wanted", ["other", "../linux/ci", "..data", "/etc", "."])
def test_only_keys_that_are_listed(keys: SigningKeys, wanted: str) -> None:
    """No name leads out of the platform's own keys; the refusal lists them."""
    with pytest.raises(UnknownKeyError, match="there are: default, studio"):
        keys.choose(request("windows", signing_key=wanted))


def test_a_distribution_is_signed_or_refused(keys: SigningKeys) -> None:
    """The refusal says what to do: name a key, or ask for one."""
    with pytest.raises(SigningRequiredError, match="name one with signingKey: ci"):
        keys.choose(request("linux", "distribution"))
    with pytest.raises(
        SigningRequiredError, match="set one up in PACKAGER_SIGNING_DIR/macos/default"
    ):
        keys.choose(request("macos", "distribution"))
    with pytest.raises(UnknownKeyError, match="there is none; operators set one up"):
        SigningKeys().choose(request("macos", signing_key="k"))


def test_without_keys_a_release_is_not_signed(keys: SigningKeys) -> None:
    """Nobody is forced to have one."""
    assert keys.choose(request("linux")) is None
    assert SigningKeys().choose(request("windows")) is None


def test_parts_of_a_key(keys: SigningKeys) -> None:
    """What has to be there is named."""
    key = keys.choose(request("windows"))
    assert key is not None
    assert key.file("sign") is None
    (key.folder / "sign").write_text("#!/bin/sh\n")
    assert key.require("sign") == key.folder / "sign"
    with pytest.raises(KeyBrokenError, match=r"'default' has no file 'certificate\.p12'"):
        key.require("certificate.p12")
