"""What the command line shows.

A progress bar on a terminal, plain lines in a pipe, JSON lines for scripts.
"""

from __future__ import annotations

import json
import sys
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
        eta = state["eta"]
        self._progress.update(
            self._task,
            completed=state["progress"],
            status=state["status"],
            eta=f"{eta['p50S']:.0f} s left" if eta else "",
            step=escape(state["waitingReason"] or state["currentStep"] or ""),
        )

    def log(self, message: dict[str, Any]) -> None:
        """Print a line above the bar."""
        self._progress.console.print(
            escape(_log_text(message)),
            style=STYLES.get(message.get("level", "info"), ""),
            soft_wrap=True,
        )


class Lines:
    """Plain lines, a few for each status."""

    def __init__(self) -> None:
        self._shown: tuple[str, int] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """There is nothing to restore."""

    def state(self, state: dict[str, Any]) -> None:
        """Print where something new is to be told."""
        now = (state["status"], int(state["progress"]) // PLAIN_STEP)
        if now != self._shown:
            self._shown = now
            step = state["waitingReason"] or state["currentStep"]
            click.echo(f"{state['progress']:5.1f} %  {state['status']:<10}  {step}", err=True)

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
        """The whole state."""
        click.echo(json.dumps({"type": "export-status", "state": state}))

    def log(self, message: dict[str, Any]) -> None:
        """The message."""
        click.echo(json.dumps(message))


def choose(*, as_json: bool) -> Bar | Lines | JsonLines:
    """What fits the place that is written to."""
    if as_json:
        return JsonLines()
    return Bar() if sys.stderr.isatty() else Lines()


def _log_text(message: dict[str, Any]) -> str:
    if message["type"] == "gap":
        return "… (some lines are no longer there)"
    return str(message["message"])
