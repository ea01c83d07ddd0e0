"""Arguments and options that several commands take."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

CommandT = TypeVar("CommandT", bound="Callable[..., Any]")

folder_argument = click.argument("folder", type=click.Path(path_type=Path))
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
out_option = click.option(
    "-o", "--out", type=click.Path(path_type=Path), help="Download the artifact into this folder."
)

_export_argument = click.argument("export", metavar="EXPORT")
user_option = click.option(
    "--as",
    "user",
    metavar="USER",
    help="For operators: act for this user, whose export it is; takes a token with the role "
    "service (the local stack needs none).",
)
_build_options = (
    click.option("--platform", required=True, help="web, windows, android, …"),
    click.option(
        "--configuration",
        type=click.Choice(["debug", "release", "distribution"]),
        default="release",
        show_default=True,
    ),
    click.option(
        "--option", "options", multiple=True, metavar="K=V", help="An option; repeatable."
    ),
)


def export_argument(command: CommandT) -> CommandT:
    """A command about one export takes ``EXPORT``, and ``--as`` for somebody else's."""
    return _export_argument(user_option(command))


def build_options(command: CommandT) -> CommandT:
    """A command that asks for an export takes ``--platform``, ``--configuration``, ``--option``."""
    for option in reversed(_build_options):
        command = option(command)
    return command


def project_id_of(folder: Path) -> str:
    """The id that a project gets from its folder's name."""
    slug = re.sub(r"[^a-z0-9_-]+", "-", folder.resolve().name.lower()).strip("-_")
    return slug[:64] or "project"
