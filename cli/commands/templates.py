"""Commands for the runtime templates that packagers on this machine use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from cli.commands.options import json_option
from cli.exit_codes import CommandError
from services.packager.runtimes.install import install as install_template
from services.packager.runtimes.registry import Templates
from services.packager.settings import TemplateSettings
from shared.settings import load

if TYPE_CHECKING:
    from shared.templates import Template


@click.group()
def templates() -> None:
    """Runtime templates: the web player, and what other platforms need."""


@templates.command()
@json_option
def ls(*, as_json: bool) -> None:
    """List what is installed, each verified."""
    usable, broken = Templates(_folder()).survey()
    if as_json:
        click.echo(msgspec.json.encode(_describe(usable, broken)))
        return
    for template in usable:
        click.echo(f"{template.name}  {template.version}  sha256 {template.sha256}")
    for name, reason in broken.items():
        click.secho(f"{name}  unusable: {reason}", fg="red")
    if not usable and not broken:
        click.echo(f"no templates in {_folder()}")


@templates.command()
@click.argument("source", type=click.Path(exists=True, file_okay=False, path_type=Path))
def install(source: Path) -> None:
    """Install a built template from the folder SOURCE, in place of an older one."""
    template = install_template(source, _folder())
    click.echo(f"{template.name} {template.version} is in {template.folder}")
    click.echo("packagers that run take it with their next export")


@templates.command()
@json_option
def verify(*, as_json: bool) -> None:
    """Compare every file with its checksum; exit 1 if one differs."""
    usable, broken = Templates(_folder()).survey()
    if as_json:
        click.echo(msgspec.json.encode(_describe(usable, broken)))
    for template in () if as_json else usable:
        size = sum(file.size for file in template.files.values())
        click.echo(f"ok  {template.name}: {len(template.files)} files, {size / 1e6:.1f} MB")
    if broken:
        raise CommandError("; ".join(broken.values()))


def _folder() -> Path:
    return load(TemplateSettings).path


def _describe(usable: list[Template], broken: dict[str, str]) -> list[dict[str, object]]:
    described: list[dict[str, object]] = [
        {**template.to_dict(), "files": len(template.files), "folder": str(template.folder)}
        for template in usable
    ]
    return described + [{"name": name, "broken": reason} for name, reason in broken.items()]
