"""Shows an export: a progress bar on a terminal, plain lines in a pipe, JSON lines for scripts."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import Any, Final, Self

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn

STYLES: Final = {"warning": "yellow", "error": "red", "debug": "dim", "info": "dim"}
PLAIN_STEP: Final = 10  # percent between two plain lines of the same status


class Bar:
    """One line that moves: stage, bar, percentage, time left; log lines scroll above it."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("[bold]{task.fields[status]:<10}"),
            BarColumn(bar_width=None),
            TextColumn("{task.percentage:>5.1f} %"),
            TextColumn("{task.fields[eta]:>10}"),
            TextColumn("[dim]{task.fields[step]}"),
            console=Console(stderr=True),
        )
        self._task = self._progress.add_task("", total=100, status="", eta="", step="")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._progress.stop()

    def state(self, state: dict[str, Any]) -> None:
        """Move the bar."""
        self._progress.update(
            self._task,
            completed=state["progress"],
            status=state["status"],
            eta=_left(state),
            step=escape(_step(state)),
        )

    def log(self, message: dict[str, Any]) -> None:
        """Print a line above the bar."""
        self._progress.console.print(
            escape(_log_text(message)),
            style=STYLES.get(message.get("level", "info"), ""),
            soft_wrap=True,
        )


class Lines:
    """Plain lines, a few for each status and each kind of step."""

    def __init__(self) -> None:
        self._shown: tuple[str, str, int] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """There is nothing to restore."""

    def state(self, state: dict[str, Any]) -> None:
        """Print a line when something else is done or the progress has grown by a step."""
        step = _step(state)
        now = (state["status"], step.partition(":")[0], int(state["progress"]) // PLAIN_STEP)
        if now != self._shown:
            self._shown = now
            percent, status, left = state["progress"], state["status"], _left(state)
            click.echo(f"{percent:5.1f} %  {status:<10}  {step}{left and f'; {left}'}", err=True)

    def log(self, message: dict[str, Any]) -> None:
        """Print the line."""
        click.echo(f"         {_log_text(message)}", err=True)


class JsonLines:
    """Every message as it came, one JSON object a line, on standard output."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """There is nothing to restore."""

    def state(self, state: dict[str, Any]) -> None:
        """Print the whole state."""
        click.echo(json.dumps({"type": "export-status", "state": state}))

    def log(self, message: dict[str, Any]) -> None:
        """Print the message."""
        click.echo(json.dumps(message))


def choose(*, as_json: bool) -> Bar | Lines | JsonLines:
    """Choose the display that fits where it is written to."""
    if as_json:
        return JsonLines()
    return Bar() if sys.stderr.isatty() else Lines()


def _step(state: dict[str, Any]) -> str:
    """What is going on, or why it waits and until when."""
    step = str(state["currentStep"] or "")
    if state["waitingReason"] != "retry":
        return step
    retry_at = datetime.fromisoformat(state["retryAt"]).astimezone()
    return f"{step} It is due at {retry_at:%H:%M:%S}."


def _left(state: dict[str, Any]) -> str:
    """How long it will probably take, from a second on; "" where nobody knows."""
    eta = state["eta"]
    return f"{eta['p50S']:,.0f} s left" if eta and eta["p50S"] >= 1 else ""


def _log_text(message: dict[str, Any]) -> str:
    if message["type"] == "gap":
        return "… (some lines are no longer there)"
    return str(message["message"])
