"""The lines of one export, found in the logs of all services and told in order."""

from __future__ import annotations

import fcntl
import json
from typing import TYPE_CHECKING, Any

import click
import pytest
from click.testing import CliRunner

from cli.commands.logs import logs
from cli.exit_codes import ExitCode, UnreachableError, for_error
from cli.local.state import LOCK, running_stack
from cli.story.lines import parse, story
from cli.story.printing import told
from cli.story.sentences import LETTERS, SENTENCES

if TYPE_CHECKING:
    from pathlib import Path

EXPORT = "01a22d58-13d7-72bf-a9e6-dbace378fde7"
TRACE = "6262fb428b5f47e582e445c1afcae830"


def line(at: str, event: str, service: str = "gateway", **keys: Any) -> str:
    """As a service writes it."""
    about = {"export_id": EXPORT, "project_id": "game", "generation": 1, "trace_id": TRACE}
    timestamp = f"2026-11-30T16:{at}Z"
    named = {"event": event, "service": service, "level": "info", "timestamp": timestamp}
    return json.dumps({**about, **named, **keys})


@pytest.mark.parametrize(
    "before",
    [
        "",
        "packager-1  | ",  # docker compose logs
        "\x1b[36mpackager-1  | \x1b[0m",  # with colours
        "[pod/packager-7d9c/packager] ",  # kubectl logs --prefix
        "[pod/packager-7d9c/packager] 2026-11-30T16:44:36.705Z ",  # and --timestamps
        "2026-11-30T16:44:36.705Z stderr F ",  # a container's file
    ],
)
def test_whatever_stands_before_a_line(before: str) -> None:
    """It is passed over."""
    found = parse(before + line("44:36.7", "export.accepted") + "\r\n")
    assert found is not None
    assert (found.event, found.service) == ("export.accepted", "gateway")


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "{}", "Traceback (most recent call last):", f"{EXPORT} is here", "[1]"),
        *('{"timestamp": 3}', '{"timestamp": "yesterday"}', '{"timestamp": "2026-11-30T16:44:36"}'),
    ],
)
def test_what_is_no_line(text: str) -> None:
    """Other programs write into the same file."""
    assert parse(text) is None


def test_lines_come_in_the_order_of_their_time() -> None:
    """Whatever file they are in; other exports, and lines that only mention it, are left out."""
    other = EXPORT.replace("0", "1")
    lines = [
        line("44:38", "export.ended", "status"),
        line("44:36", "export.accepted"),
        line("44:37", "attempt.started", "packager"),
        line("44:37", "export.accepted", export_id=other, trace_id="x"),
        line("44:37", "nats.error", export_id="", trace_id="", error=f"about {EXPORT}"),
        line("44:37", "stage.ended", "packager"),
    ]
    events = ["export.accepted", "attempt.started", "stage.ended", "export.ended"]
    assert [found.event for found in story(lines, EXPORT)] == events


def test_what_starts_a_generation_stands_before_the_rest_of_it() -> None:
    """A worker may be at it before the gateway has said so; what went before stays before."""
    lines = [
        line("44:36", "attempt.started", "packager"),
        line("44:37", "export.accepted"),
        line("44:38", "export.ended", "status"),
        line("44:39", "attempt.started", "packager", generation=2),
        line("44:39.5", "socket.closed", "status"),
        line("44:40", "export.replayed", generation=2),
    ]
    events = [(found.event, found.keys["generation"]) for found in story(lines, EXPORT)]
    assert events == [
        ("export.accepted", 1),
        ("attempt.started", 1),
        ("export.ended", 1),
        ("export.replayed", 2),
        ("attempt.started", 2),
        ("socket.closed", 1),
    ]


def test_a_trace_finds_what_a_request_has_led_to() -> None:
    """Its refusal, too, which may name no export."""
    refused = json.loads(line("44:35", "request.refused", code="not-found"))
    del refused["export_id"]
    lines = [line("44:36", "export.accepted"), json.dumps(refused)]
    assert [f.event for f in story(lines, TRACE)] == ["request.refused", "export.accepted"]


def test_a_story_in_words() -> None:
    """When, how long since it began, who, what; steering characters are shown, not obeyed."""
    lines = [
        line("44:36.705332", "export.accepted", user_id="ann\x1b[2J", platform="web"),
        line(
            *("44:38", "attempt.failed", "packager"),
            attempt=1,
            code="build-lost",
            error="it\nwas killed",
            seconds=1.5,
            next="retry",
            retry_s=2.0,
            level="warning",
        ),
        line("44:39", "registry.away", "packager", error="e" * 10_000),
    ]
    head, first, second, third = map(click.unstyle, told(story(lines, EXPORT)))
    assert head == f"export {EXPORT}  project game  trace {TRACE}"
    assert first.startswith(
        "2026-11-30 16:44:36.705      +0.000 s  gateway   accepted: ann\\x1b[2J"
    )
    assert "attempt 1 failed after 1.5 s: it\\nwas killed (build-lost)" in second
    assert "tried again in 2.0 s" in second
    assert "registry.away error=eee" in third
    assert len(third) < LETTERS + 100


@pytest.mark.parametrize("event", SENTENCES)
def test_every_sentence_stands_without_its_keys(event: str) -> None:
    """Lines of another release may lack some."""
    (_, text) = told(story([line("44:36", event)], EXPORT))
    assert len(text) > 40


def test_the_command_reads_files_and_standard_input(tmp_path: Path) -> None:
    """And says where it looked."""
    (tmp_path / "gateway.log").write_text(line("44:36", "export.accepted") + "\n")
    (tmp_path / "status.log").write_text(f"\xff\n{line('44:37', 'export.ended', 'status')}\n")
    files = [str(tmp_path / "status.log"), str(tmp_path / "gateway.log")]
    printed = CliRunner().invoke(logs, [f"game/{EXPORT}", "--service", *files]).stdout.splitlines()
    assert ["gateway" in printed[1], "status" in printed[2], len(printed)] == [True, True, 3]
    raw = CliRunner().invoke(
        logs, [EXPORT, "--service", "--json", "-"], input="x | " + line("44:36", "export.accepted")
    )
    assert json.loads(raw.stdout)["event"] == "export.accepted"
    nothing = CliRunner().invoke(logs, ["nobody", "--service", *files])
    assert nothing.exception is not None
    assert for_error(nothing.exception) == ExitCode.NOT_FOUND
    assert files[0] in str(nothing.exception)


def test_files_belong_to_the_services_logs() -> None:
    """The log of an export itself is no file."""
    refused = CliRunner().invoke(logs, [EXPORT, "gateway.log"])
    assert refused.exception is not None
    assert for_error(refused.exception) == ExitCode.USAGE


def test_a_stack_that_starts_is_waited_for(tmp_path: Path, monkeypatch: Any) -> None:
    """It holds its folder and has not said yet where it is."""
    monkeypatch.setenv("AETHEL_EXPORT_DATA", str(tmp_path))
    with (tmp_path / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(UnreachableError, match="not ready yet: wait for it"):
            running_stack()
    with pytest.raises(UnreachableError, match="no local stack is running"):
        running_stack()


def test_a_stack_that_has_ended_still_tells(tmp_path: Path, monkeypatch: Any) -> None:
    """Its logs lie in its data folder."""
    monkeypatch.setenv("AETHEL_EXPORT_DATA", str(tmp_path))
    missing = CliRunner().invoke(logs, [EXPORT, "--service"])
    assert "no logs in" in str(missing.exception)
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs/gateway.log").write_text(line("44:36", "export.accepted"))
    assert "accepted" in CliRunner().invoke(logs, [EXPORT, "--service"]).stdout
