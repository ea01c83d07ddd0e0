"""The call that takes the place of the engine's ``exportVideo``, as ``docs/video.md`` shows it."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from shared.domain.options import ExportOptions
from shared.domain.video.spec import refusals, spec_of
from tests.web.conftest import ROOT, run_node

EXAMPLE = ROOT / "docs/examples/export-video.mjs"
DOCUMENT = ROOT / "docs/video.md"
OPTIONS = f"""
import {{ videoOptions }} from "{EXAMPLE.as_uri()}";
let text = "";
for await (const part of process.stdin) text += part;
console.log(JSON.stringify(videoOptions(...JSON.parse(text))));
"""
# A client that answers as the service does, so far as the call is concerned; what it was asked for
# is printed. `given` says how the export ends, and when the caller changes its mind.
CALL = f"""
import {{ exportVideo }} from "{EXAMPLE.as_uri()}";
let text = "";
for await (const part of process.stdin) text += part;
const given = JSON.parse(text);
const stop = new AbortController();
const asked = [];
const client = {{
  priceOf: async (request) => (asked.push(["price", request]),
    {{ estimatedMinutes: 2, film: {{ contentType: "video/webm" }} }}),
  createExport: async (project, request) => (asked.push(["create", project, request]),
    {{ export: {{ id: "e1" }} }}),
  cancel: async (...what) => void asked.push(["cancel", ...what]),
  getExport: async () => ({{ status: given.status, error: given.error ?? null }}),
  download: async () => ({{ body: new Blob(["film"]).stream() }}),
  async *watch(project, id, {{ signal }}) {{
    yield {{ type: "state", state: {{ progress: 10 }} }};
    yield {{ type: "preview", preview: {{ frame: 3 }} }};
    if (given.abort) stop.abort();
    signal.throwIfAborted();
    yield {{ type: "state", state: {{ progress: 100 }} }};
  }},
}};
const heard = [];
try {{
  const film = await exportVideo(client, "game", {{ preset: "gif" }}, {{
    onPrice: (minutes) => (heard.push(minutes), given.agrees),
    onProgress: (state) => heard.push(state.progress),
    onPreview: (preview) => heard.push({{ frame: preview.frame }}),
    signal: stop.signal,
  }});
  if (film) heard.push([film.type, await film.text()]);
}} catch (error) {{
  heard.push(error.message);
}}
await new Promise((next) => setTimeout(next));
console.log(JSON.stringify({{ asked, heard }}));
"""
FILM = {"platform": "video", "options": {"video": {"preset": "gif"}}}


def translated(duration: float, config: dict[str, Any]) -> dict[str, Any]:
    """``options.video`` of the facade's arguments."""
    printed = run_node("--input-type=module", "-e", OPTIONS, given=json.dumps([duration, config]))
    made: dict[str, Any] = json.loads(printed)
    return made


def called(**given: Any) -> tuple[list[Any], list[Any]]:
    """What the service was asked for, and what the caller heard."""
    printed = run_node("--input-type=module", "-e", CALL, given=json.dumps(given))
    told = json.loads(printed)
    return told["asked"], told["heard"]


def test_the_document_shows_the_file() -> None:
    """Whole, as it is run here."""
    assert f"```mjs\n{EXAMPLE.read_text().rstrip()}\n```" in DOCUMENT.read_text()


@pytest.mark.parametrize(
    ("config", "codec", "container"),
    [
        ({}, "h264", "mp4"),
        ({"codec": "avc1.42001E", "width": 1_920, "height": 1_080}, "h264", "mp4"),
        ({"codec": "vp8", "framerate": 60}, "vp9", "webm"),
        ({"codec": "vp09.00.10.08", "bitrate": 5_000_000}, "vp9", "webm"),
        ({"codec": "av01.0.04M.08", "keyFrameInterval": 60}, "av1", "webm"),
        ({"codec": "avc1.42001E", "hardwareAcceleration": "prefer-hardware"}, "h264", "mp4"),
        ({"codec": "avc1.42001E", "hardwareAcceleration": "no-preference"}, "h264", "mp4"),
    ],
)
def test_the_facade_s_configuration_is_a_film(
    config: dict[str, Any], codec: str, container: str
) -> None:
    """Each of its codecs, with every field that it may have."""
    video = translated(2.5, config)
    options = msgspec.convert({"video": video}, ExportOptions)
    assert list(refusals(options)) == []
    spec = spec_of(options)
    assert (spec.codec, spec.container) == (codec, container)
    assert spec.duration_s == pytest.approx(2.5, abs=0.02)
    assert spec.width == config.get("width", 1_280)
    assert spec.fps == config.get("framerate", 30)
    assert spec.bit_rate == config.get("bitrate")
    assert spec.keyframe_interval == config.get("keyFrameInterval", 2 * spec.fps)


def test_a_film_is_made_and_fetched() -> None:
    """The price comes first, then progress and previews, then a Blob of the film's type."""
    asked, heard = called(status="completed")
    assert asked == [["price", FILM], ["create", "game", FILM]]
    assert heard == [2, 10, {"frame": 3}, 100, ["video/webm", "film"]]


def test_nothing_is_spent_without_consent() -> None:
    """Who does not agree to the price gets no film."""
    assert called(agrees=False) == ([["price", FILM]], [2])


def test_aborting_cancels_the_export() -> None:
    """On the service, too."""
    asked, heard = called(abort=True, status="canceled")
    assert asked[-1] == ["cancel", "game", "e1"]
    assert heard[:3] == [2, 10, {"frame": 3}]
    assert "abort" in heard[3]


def test_a_film_that_failed_says_why() -> None:
    """The line that the service has for it."""
    _, heard = called(status="failed", error="main.js:3: x is not defined")
    assert heard[-1] == "main.js:3: x is not defined"
