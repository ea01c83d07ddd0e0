"""Which key signs an export, on platforms where a project has a key of its own."""

from __future__ import annotations

import msgspec
import pytest

from shared.domain.options import ExportOptions
from shared.domain.platforms import PLATFORMS
from shared.domain.signing_policy import SigningRequiredError, UnknownKeyError, key_for

SPEC = msgspec.structs.replace(
    PLATFORMS["windows"], name="android", debug_keys=True, key_guide="docs/phones.md"
)


@pytest.mark.parametrize("configuration", ["debug", "release"])
def test_without_an_operators_key_the_projects_own_signs(configuration: str) -> None:
    """Then none of the operators' is chosen, whichever they hold by other names."""
    assert key_for(SPEC, configuration, ExportOptions(), ["studio"]) is None  # type: ignore[arg-type]


def test_a_store_gets_no_debug_key() -> None:
    """A distribution build is refused, with the page that says how to have a key."""
    remedy = (
        r"PACKAGER_SIGNING_DIR/android/default \(docs/phones\.md\), or export release, which the "
        "project's debug key signs"
    )
    with pytest.raises(SigningRequiredError, match=remedy):
        key_for(SPEC, "distribution", ExportOptions(), [])
    with pytest.raises(UnknownKeyError, match="no signing key 'x' for android"):
        key_for(SPEC, "debug", ExportOptions(signing_key="x"), [])
    assert key_for(SPEC, "distribution", ExportOptions(), ["default"]) == "default"
