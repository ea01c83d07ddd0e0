"""The command that prints logs of an export: its own, or what the services wrote about it."""

from __future__ import annotations

import json
from contextlib import ExitStack
from itertools import chain
from typing import IO, TYPE_CHECKING

import click

from cli.commands.options import export_argument, json_option
from cli.exit_codes import CommandError, ExitCode, UsageError
from cli.local.state import stack_folder
from cli.session import find_export, with_client
from cli.story.lines import story
from cli.story.printing import told

if TYPE_CHECKING:
    from cli.blocking_client import BlockingClient


class NothingFoundError(CommandError):
    """No line of the export is in what was read."""

    exit_code = ExitCode.NOT_FOUND


@click.command()
@export_argument
@click.argument("files", nargs=-1)
@click.option(
    "--service",
    is_flag=True,
    help="The story that the logs of all services tell instead: of FILES (- reads standard input), "
    "or of the local stack. EXPORT may be a trace_id, too.",
)
@json_option
def logs(
    export: str, user: str | None, files: tuple[str, ...], *, service: bool, as_json: bool
) -> None:
    """Print an export's log."""
    if service:
        _print_story(export.rpartition("/")[2], files or _of_local_stack(), as_json=as_json)
        return
    if files:
        raise UsageError("files are read with --service alone")

    def run(client: BlockingClient) -> None:
        lines = client.get(f"{find_export(client, export)}/logs")["logs"]
        for line in lines:
            click.echo(json.dumps(line) if as_json else f"[{line['ts']}] {line['message']}")

    with_client(run, user)


def _print_story(wanted: str, files: tuple[str, ...], *, as_json: bool) -> None:
    with ExitStack() as stack:
        opened: list[IO[str]] = [
            stack.enter_context(click.open_file(file, encoding="utf-8", errors="replace"))
            for file in files
        ]
        found = story(chain.from_iterable(opened), wanted)
    if not found:
        raise NothingFoundError(
            f"no line of {wanted!r} in {', '.join(files)} (lines are read as LOG_FORMAT=json "
            "writes them)"
        )
    for text in (line.json for line in found) if as_json else told(found):
        click.echo(text)


def _of_local_stack() -> tuple[str, ...]:
    folder = stack_folder() / "logs"
    files = tuple(str(file) for file in sorted(folder.glob("*.log")))
    if not files:
        raise NothingFoundError(f"no logs in {folder}: name files, or - for standard input")
    return files
