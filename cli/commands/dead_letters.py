"""Commands of an operator for dead letters: list, inspect, replay, drop."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Final

import click

from cli.commands.options import json_option
from cli.commands.table import print_table
from cli.exit_codes import ExportFailedError, UsageError
from cli.session import with_client

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cli.blocking_client import BlockingClient

PATH: Final = "/api/admin/dead-letters"
POLL_S: Final = 0.5
_CANARY: Final = {
    "running": "runs to its end first",
    "passed": "went well",
    "failed": "failed again",
    "inconclusive": "told nothing",
}
FILTERS: Final = ("consumer", "reason", "cause", "platform")

seqs_argument = click.argument("seqs", metavar="[SEQ]...", nargs=-1, type=click.IntRange(min=1))
why_option = click.option("--why", default="", help="Stands in the audit.")
limit_option = click.option(
    "--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="At most."
)
dry_run_option = click.option("--dry-run", is_flag=True, help="Only say what would be done.")


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--consumer``, ``--reason``, ``--cause``, ``--platform``."""
    for name in reversed(FILTERS):
        command = click.option(f"--{name}", help=f"Only letters of this {name}.")(command)
    return command


@click.group(name="dead-letters")
def dead_letters() -> None:
    """Messages that nobody could handle."""


@dead_letters.command(name="ls")
@filter_options
@click.option("--group", is_flag=True, help="Count them by cause.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@json_option
def list_letters(*, group: bool, limit: int, as_json: bool, **wanted: str | None) -> None:
    """List letters, newest first."""
    query = _given(wanted)
    if group:
        answer = with_client(lambda client: client.get(PATH, group_by="cause", **query))
    else:
        answer = with_client(lambda client: client.pages(PATH, "deadLetters", limit, **query))
    if as_json:
        click.echo(json.dumps(answer))
    elif group:
        columns = ("count", "open", "consumer", "reason", "cause", "newestSeq", "lastAt", "error")
        print_table(columns, answer["groups"])
    else:
        columns = ("seq", "at", "standing", "consumer", "reason", "cause", "exportId", "error")
        print_table(columns, answer["deadLetters"])
        if answer["nextPageToken"]:
            click.echo("… and older ones: --limit, --json", err=True)


@dead_letters.command()
@click.argument("seq", type=click.IntRange(min=1))
@json_option
def show(seq: int, *, as_json: bool) -> None:
    """Show all that is known of one letter."""
    answer = with_client(lambda client: client.get(f"{PATH}/{seq}"))
    if as_json:
        click.echo(json.dumps(answer))
        return
    for name, value in answer["deadLetter"].items():
        click.echo(f"{name:<12} {value}")
    click.echo(f"\nheaders\n{json.dumps(answer['headers'], indent=2)}")
    if answer["event"] is None:
        click.echo(f"\npayload ({answer['decodeError']})\n{answer['payload']}")
    else:
        click.echo(f"\nevent\n{json.dumps(answer['event'], indent=2)}")
    click.echo(f"\nstack\n{answer['stack']}")
    click.echo("log")
    for line in answer["log"]:
        click.echo(f"  [{line['ts']}] {line['message']}")


@dead_letters.command()
@seqs_argument
@filter_options
@click.option("--all", "every", is_flag=True, help="All letters, or all that match.")
@limit_option
@click.option("--rate", type=click.FloatRange(0.1, 100), default=5.0, help="Letters a second.")
@click.option("--keep-going", is_flag=True, help="Replay all at once: no canary, no stop.")
@dry_run_option
@why_option
@json_option
def replay(
    seqs: tuple[int, ...],
    *,
    every: bool,
    limit: int,
    rate: float,
    keep_going: bool,
    dry_run: bool,
    why: str,
    as_json: bool,
    **wanted: str | None,
) -> None:
    """Let the exports of these letters go on: single ones, or all that match a filter.

    Of many, the first of each cause is replayed to its end before the others. Where it fails again
    they stay as they are, and the exit code is 3.
    """
    given = _given(wanted)
    _check_choice(seqs, given, every=every, dry_run=dry_run)
    order = {
        "filter": given,
        "limit": limit,
        "max_per_second": rate,
        "dry_run": dry_run,
        "stop_on_same_cause": not keep_going,
        "reason": why,
    }

    def run(client: BlockingClient) -> None:
        if seqs:
            for seq in seqs:
                answer = client.act(f"{PATH}/{seq}/replay", {"reason": why})
                click.echo(json.dumps(answer) if as_json else _replayed(seq, answer))
            return
        job_id = client.act(f"{PATH}/replay", order)["job"]
        job = _finished(client, job_id, quiet=as_json)
        click.echo(json.dumps(job) if as_json else _counted(job))
        if job["status"] == "stopped":
            raise ExportFailedError(f"stopped: {job['detail']}")

    with_client(run)


@dead_letters.command()
@seqs_argument
@filter_options
@click.option("--all", "every", is_flag=True, help="All letters, or all that match.")
@limit_option
@dry_run_option
@why_option
@json_option
def drop(
    seqs: tuple[int, ...],
    *,
    every: bool,
    limit: int,
    dry_run: bool,
    why: str,
    as_json: bool,
    **wanted: str | None,
) -> None:
    """Remove letters for good; their exports stay failed."""
    given = _given(wanted)
    _check_choice(seqs, given, every=every, dry_run=dry_run)

    def run(client: BlockingClient) -> dict[str, Any]:
        if not seqs:
            body = {"filter": given, "limit": limit, "dry_run": dry_run, "reason": why}
            dropped: dict[str, Any] = client.act(f"{PATH}/drop", body)
            return dropped
        for seq in seqs:
            client.delete(f"{PATH}/{seq}", reason=why)
        return {"matching": len(seqs), "dropped": len(seqs)}

    done = with_client(run)
    if as_json:
        click.echo(json.dumps(done))
    else:
        click.echo(f"{done['matching']} matching, {done['dropped']} dropped")
        if gone := [r["seq"] for r in done.get("results", ()) if r["outcome"] == "gone"]:
            click.echo(f"gone before: {', '.join(map(str, gone))}", err=True)


def _given(wanted: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in wanted.items() if value is not None}


def _check_choice(
    seqs: Sequence[int], given: dict[str, str], *, every: bool, dry_run: bool
) -> None:
    """Nothing is done to many letters by having forgotten to say which.

    Raises:
        UsageError: Neither or both, or a dry run of single ones.
    """
    if seqs and (given or every):
        raise UsageError("name single letters, or a filter, not both")
    if not (seqs or given or every):
        raise UsageError("say which: numbers, a filter such as --cause, or --all")
    if seqs and dry_run:
        raise UsageError("--dry-run is for filters; look at one letter with show")


def _finished(client: BlockingClient, job_id: str, *, quiet: bool) -> dict[str, Any]:
    """The job at its end; it goes on by itself when this is interrupted."""
    printed = ""
    while True:
        job: dict[str, Any] = client.get(f"/api/admin/replays/{job_id}")
        if job["status"] != "running":
            return job
        if not quiet and (line := f"job {job_id}: {_counted(job)}") != printed:
            printed = line
            click.echo(line, err=True)
        time.sleep(POLL_S)


def _counted(job: dict[str, Any]) -> str:
    counts = ", ".join(f"{count} {outcome}" for outcome, count in job["counts"].items())
    would = "would be: " if job["order"]["dry_run"] else ""
    canaries = "".join(
        f"; {canary['cause']}: {canary['seq']} {_CANARY[canary['outcome']]}"
        for canary in job["canaries"]
    )
    return f"{job['matching']} matching; {would}{counts or 'nothing yet'}{canaries}"


def _replayed(seq: int, answer: dict[str, Any]) -> str:
    export = answer["export"]
    before = "was replayed before" if answer["duplicate"] else "replayed"
    return f"{seq} {before}: {export['projectId']}/{export['id']} is {export['status']}"
