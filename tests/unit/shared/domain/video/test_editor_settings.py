"""The settings of the editor's export dialog, as its presets fill them, are options of a film."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.shared.domain.video.test_spec import objections, resolved

# What all of the dialog's presets say, unless they say otherwise; each field of its ExportSettings.
USUAL: dict[str, Any] = {
    "container": "mp4",
    "videoCodec": "h264",
    "audioCodec": "aac",
    "resolution": {"width": 1_920, "height": 1_080},
    "frameRate": 30,
    "bitrateMode": "vbr",
    "sampleRate": 48_000,
    "channels": 2,
    "useInOutPoints": False,
    "twoPass": False,
    "fastStart": True,
    "hardwareAcceleration": True,
    "deinterlace": False,
    "includeMetadata": True,
}
UPRIGHT = {"width": 1_080, "height": 1_920}
OPAQUE_SITES = {"sampleRate": 44_100, "audioBitrate": 192, "profile": "main"}
QUIET = {"fastStart": False, "hardwareAcceleration": False}
PRESETS: dict[str, dict[str, Any]] = {
    "youtube-4k": {"resolution": {"width": 3_840, "height": 2_160}, "bitrate": 35_000,
                   "maxBitrate": 40_000, "profile": "high", "audioBitrate": 384, "twoPass": True},
    "youtube-1080p": {"bitrate": 8_000, "maxBitrate": 12_000, "profile": "high",
                      "audioBitrate": 320, "twoPass": True},
    "youtube-shorts": {"resolution": UPRIGHT, "bitrate": 6_000, "profile": "high",
                       "audioBitrate": 256},
    "instagram-feed": {"resolution": {"width": 1_080, "height": 1_080}, "bitrate": 5_000,
                       "includeMetadata": False, **OPAQUE_SITES},
    "tiktok": {"resolution": UPRIGHT, "bitrate": 4_000, "includeMetadata": False, **OPAQUE_SITES},
    "prores-422": {"container": "mov", "videoCodec": "prores", "audioCodec": "pcm",
                   "frameRate": 24, "bitrate": 147_000, "bitrateMode": "cbr",
                   "pixelFormat": "yuv422p", "audioBitrate": 1_536, **QUIET},
    "web-av1": {"container": "webm", "videoCodec": "av1", "audioCodec": "opus", "bitrate": 3_000,
                "bitrateMode": "crf", "crf": 30, "audioBitrate": 128, **QUIET},
    "gif-high": {"container": "gif", "videoCodec": None, "audioCodec": None, "frameRate": 15,
                 "resolution": {"width": 480, "height": 270}, "bitrate": 0, "bitrateMode": "cbr",
                 "sampleRate": 0, "channels": 1, "audioBitrate": 0, "includeMetadata": False,
                 **QUIET},
}  # fmt: skip
OTHERS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "web-vp9": ({"container": "webm", "videoCodec": "vp9", "audioCodec": "opus", "bitrate": 4_000,
                 "bitrateMode": "crf", "crf": 31, "audioBitrate": 128, "twoPass": True, **QUIET},
                {"twoPass"}),
    "dnxhd": ({"container": "mov", "videoCodec": "dnxhd", "audioCodec": "pcm", "bitrate": 115_000,
               "bitrateMode": "cbr", "audioBitrate": 1_536, **QUIET}, {"videoCodec"}),
    "archive-high": ({"container": "mkv", "videoCodec": "h265", "audioCodec": "flac",
                      "bitrate": 20_000, "bitrateMode": "crf", "crf": 18, "profile": "main",
                      "audioBitrate": 0, "fastStart": False}, {"container", "audioCodec"}),
    "audio-mp3": ({"videoCodec": None, "audioCodec": "mp3", "bitrate": 0, "bitrateMode": "cbr",
                   "sampleRate": 44_100, "audioBitrate": 320, **QUIET},
                  {"videoCodec", "audioCodec", "bitrate"}),
}  # fmt: skip


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_the_dialog_s_settings_are_taken_as_they_are(preset: str) -> None:
    """Each field of them at once, with the length beside it."""
    settings = {**USUAL, **PRESETS[preset]}
    spec = resolved(**settings, durationS=2)
    assert (spec.width, spec.height) == tuple(settings["resolution"].values())
    assert spec.frames == 2 * settings["frameRate"]
    assert spec.container == settings["container"]
    assert spec.passes == (2 if settings["twoPass"] else 1)


@pytest.mark.parametrize("preset", sorted(OTHERS))
def test_what_it_offers_beyond_is_refused_by_name(preset: str) -> None:
    """Only the fields that cannot be met, each with the way out."""
    settings, refused = OTHERS[preset]
    assert objections(**{**USUAL, **settings}).keys() == refused
