"""Commands that look at an export, or end it: they ask once and are done."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Final

import click

from cli.commands.options import export_argument, json_option
from cli.commands.text import warning_text
from cli.session import find_export, with_client

if TYPE_CHECKING:
    from cli.blocking_client import BlockingClient

CANCEL_RECEIPT_S: Final = 10.0  # how long a cancel waits to hear that the work has stopped
POLL_S: Final = 0.2


@click.command()
@export_argument
@json_option
def status(export: str, user: str | None, *, as_json: bool) -> None:
    """Show how an export stands. EXPORT is its id, or PROJECT/ID."""

    def run(client: BlockingClient) -> None:
        state = client.get(find_export(client, export))["export"]
        if as_json:
            click.echo(json.dumps(state))
        else:
            _print_state(state)

    with_client(run, user)


@click.command()
@export_argument
@json_option
def cancel(export: str, user: str | None, *, as_json: bool) -> None:
    """End an export, and say when its work has stopped."""

    def run(client: BlockingClient) -> None:
        path = find_export(client, export)
        client.act(f"{path}/cancel")
        state = _wait_for_receipt(client, path)
        click.echo(json.dumps(state) if as_json else _describe_receipt(state["cancelReceipt"]))

    with_client(run, user)


def _wait_for_receipt(client: BlockingClient, path: str) -> dict[str, Any]:
    """The state once the work has stopped, or after ``CANCEL_RECEIPT_S``."""
    deadline = time.monotonic() + CANCEL_RECEIPT_S
    while True:
        state: dict[str, Any] = client.get(path)["export"]
        receipt = state["cancelReceipt"]
        stopped = receipt is None or receipt["stoppedAt"] is not None
        if stopped or time.monotonic() > deadline:
            return state
        time.sleep(POLL_S)


def _describe_receipt(receipt: dict[str, Any] | None) -> str:
    if receipt is None or receipt["stoppedAt"] is None:
        return "canceled; its worker has not answered yet"
    parts = "its parts are gone" if receipt["partsAborted"] else "its parts are left to the sweeper"
    return f"canceled; stopped at {receipt['stoppedAt']}, {parts}"


def _print_state(state: dict[str, Any]) -> None:
    shown = ("id", "platform", "status", "progress", "currentStep", "error", "fileName", "fileSize")
    for name in (*shown, "sha256", "downloadUrl", "downloadExpiresAt"):
        if state[name] is not None:
            click.echo(f"{name:<18} {state[name]}")
    if state["warningCount"]:
        click.echo(f"{'warnings':<18} {state['warningCount']}")
    for warning in state["warnings"]:
        click.echo(f"  {warning_text(warning)}")
    for line in state["logs"]:
        click.echo(f"  {line}")
