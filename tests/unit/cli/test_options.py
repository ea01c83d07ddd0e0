"""Options on the command line are read as what each option takes."""

from __future__ import annotations

from typing import Any

import pytest

from cli.exit_codes import UsageError
from cli.export_options import parse_options


@pytest.mark.parametrize(
    ("pair", "value"),
    [
        ("appName=2048", "2048"),
        ("appName=true", "true"),
        ("appName=null", "null"),
        ('appName="quoted"', '"quoted"'),
        ("appName=a=b", "a=b"),
        ("appName=", ""),
        ("appVersion=1.0", "1.0"),
        ("appVersion=2", "2"),
        ("signingKey=12", "12"),
        ("outputDir=1", "1"),
        ("format=1", "1"),
        ("includeAssets=false", False),
        ("strict=true", True),
        ("minSdkVersion=24", 24),
        ("minSdkVersion=null", None),
        ("architecture=null", None),
        ("architecture=x64", "x64"),
        ('excludePatterns=["**/*.psd"]', ["**/*.psd"]),
        ("excludePatterns=[1]", [1]),
        ("excludePatterns=*.psd", "*.psd"),
        ("includeAssets=1", "1"),
        ("includeAssets=yes", "yes"),
        ('video={"fps": 30}', {"fps": 30}),
        ("unknown=1", 1),
        ("unknown=a", "a"),
        ("unknown=" + "[" * 100_000, "[" * 100_000),
    ],
)
def test_a_value_is_what_its_option_takes(pair: str, value: Any) -> None:
    """A text stays one, whatever it looks like; what is refused anyway goes as it was written."""
    assert list(parse_options((pair,)).values()) == [value]


def test_a_pair_has_two_parts() -> None:
    """Anything else is wrong usage."""
    with pytest.raises(UsageError, match="name=value"):
        parse_options(("strict",))
