"""The command that pushes a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

from cli.commands.options import folder_argument, json_option, project_id_of
from cli.commands.text import megabytes
from cli.hash_cache import HashCache
from cli.project_folder import FolderReading, ProjectFolder
from cli.push import Pushed, push_reading
from cli.push import push as push_folder
from cli.session import with_client

if TYPE_CHECKING:
    from pathlib import Path

    from cli.blocking_client import BlockingClient


@click.command()
@folder_argument
@click.option("--project", help="The project's id; without it the folder's name.")
@click.option("--dry-run", is_flag=True, help="Only list what would go.")
@click.option("--no-cache", is_flag=True, help="Read every file, whatever is known of it.")
@click.option("-v", "--verbose", is_flag=True, help="Say how many files were read, and why.")
@json_option
def push(
    folder: Path,
    project: str | None,
    *,
    dry_run: bool,
    no_cache: bool,
    verbose: bool,
    as_json: bool,
) -> None:
    """Upload what changed in FOLDER and print the snapshot.

    Files whose size, times and inode are those of the last push are not read again.
    """
    hashes = HashCache() if no_cache else HashCache.of(folder)
    reading = FolderReading(folder, hashes)

    def tell(found: ProjectFolder) -> None:
        print_warnings(found)
        if verbose:
            click.echo(_told_of_cache(found, hashes), err=True)

    if dry_run:
        found = reading.read()
        tell(found)
        _print_folder(found, as_json=as_json)
        return
    project_id = project or project_id_of(folder)
    pushed = with_client(lambda client: push_reading(client, project_id, reading, tell))
    _report(pushed)
    if as_json:
        click.echo(msgspec.json.encode(pushed))
    else:
        click.echo(f"snapshot {pushed.snapshot} of {project_id}")


def push_and_report(client: BlockingClient, project_id: str, folder: ProjectFolder) -> Pushed:
    """Push a folder and print how much was sent."""
    pushed = push_folder(client, project_id, folder)
    _report(pushed)
    return pushed


def _report(pushed: Pushed) -> None:
    click.echo(
        f"pushed {pushed.files} files, {megabytes(pushed.size_bytes)}; "
        f"sent {pushed.sent_files} files, {megabytes(pushed.sent_bytes)}",
        err=True,
    )


def print_warnings(folder: ProjectFolder) -> None:
    """Print what the maker should know of what goes and what does not."""
    for warning in folder.warnings:
        click.secho(f"warning: {warning}", fg="yellow", err=True)
    for note in folder.notes:
        click.secho(note, dim=True, err=True)


def _told_of_cache(folder: ProjectFolder, hashes: HashCache) -> str:
    read = f"read {folder.looked_at - folder.known:,} of {folder.looked_at:,} files"
    if hashes.place is None:
        return f"{read}: there is no cache"
    return f"{read}; the others are as {hashes.place} knows them (--no-cache reads them all)"


def _print_folder(folder: ProjectFolder, *, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(folder.manifest))
        return
    for path, entry in sorted(folder.manifest.files.items()):
        click.echo(f"{entry.size:>12}  {path}")
    click.echo(f"{len(folder.manifest.files)} files, {megabytes(folder.size_bytes)}", err=True)
