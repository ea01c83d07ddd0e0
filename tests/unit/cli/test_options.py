"""Options on the command line are read as what each option takes."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from cli.exit_codes import UsageError
from cli.export_options import parse_options
from cli.price import price_line
from services.gateway.responses.price import ExportPrice, FilmView
from shared.domain.options import ExportOptions
from shared.domain.platforms import PLATFORMS
from shared.domain.video.options import VideoOptions
from shared.domain.video.spec import spec_of


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
        ("video.preset=gif", {"preset": "gif"}),
        ("video.width=640", {"width": 640}),
        ("video.scene=1", {"scene": "1"}),
        ("video.fps=30000/1001", {"fps": "30000/1001"}),
        ("video.fps=29.97", {"fps": "29.97"}),
        ("video.input=film/jump.json", {"input": "film/jump.json"}),
        (
            'video.input=[{"t": 1, "type": "key", "code": "KeyA"}]',
            {"input": [{"t": 1, "type": "key", "code": "KeyA"}]},
        ),
        ("video.audioCodec=null", {"audioCodec": None}),
        ("video.transparent=true", {"transparent": True}),
        ("video.motionBlur.subframes=4", {"motionBlur": {"subframes": 4}}),
        ("video.customMetadata.title=2048", {"customMetadata": {"title": "2048"}}),
        ("video.unknown.deep=1", {"unknown": {"deep": 1}}),
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


def test_options_within_one_come_together() -> None:
    """In any order, and beside those that are written as JSON."""
    pairs = (
        "video.preset=gif",
        "appName=2048",
        'video.stills={"format": "png"}',
        "video.stills.quality=3",
    )
    assert parse_options(pairs) == {
        "video": {"preset": "gif", "stills": {"format": "png", "quality": 3}},
        "appName": "2048",
    }


def test_a_value_holds_no_options() -> None:
    """What was said twice, and differently, is wrong usage."""
    with pytest.raises(UsageError, match="preset was given a value"):
        parse_options(("video.preset=gif", "video.preset.x=1"))


@pytest.mark.parametrize(
    ("video", "line"),
    [
        (
            {},
            "needs 3 build minutes: 1920 × 1080, 300 frames at 30 fps, mp4 (h264, aac)",
        ),
        (
            {"frames": 1, "fps": 29.97, "audio_codec": None},
            "needs 1 build minute: 1920 × 1080, 1 frame at 30000/1001 fps, mp4 (h264)",
        ),
    ],
)
def test_the_price_is_one_line(video: dict[str, Any], line: str) -> None:
    """What it costs, and what it will be."""
    options = ExportOptions(video=VideoOptions(width=1920, **video))
    price = ExportPrice(
        platform="video",
        estimated_minutes=PLATFORMS["video"].minutes_for(options),
        minutes_by="",
        film=FilmView.of(spec_of(options)),
    )
    assert price_line(msgspec.to_builtins(price)) == line
