"""Arguments and options that several commands take, and what they mean."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click
import msgspec

from cli.exit_codes import UsageError
from shared.domain.options import ExportOptions

if TYPE_CHECKING:
    from collections.abc import Callable

CommandT = TypeVar("CommandT", bound="Callable[..., Any]")

_TYPES: Final = {field.encode_name: field.type for field in msgspec.structs.fields(ExportOptions)}

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
    click.option("--platform", required=True, help="web, source, …"),
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


def parse_options(pairs: tuple[str, ...]) -> dict[str, Any]:
    """``k=v`` pairs, each value as what its option takes: a game may be called 2048, or true.

    Values of options that nobody knows are JSON where they can be; the gateway refuses those.

    Raises:
        UsageError: A pair has no ``=``.
    """
    options = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise UsageError(f"--option {pair!r}: write it as name=value")
        options[name] = _typed(name, value)
    return options


def _typed(name: str, value: str) -> Any:
    """The value as text where the option takes that, else as JSON where it takes that."""
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError):
        return value
    if name not in _TYPES:
        return parsed
    if _takes(name, value):
        return value
    # Of a value that is refused either way, the gateway's message says most of it as JSON.
    return parsed if _takes(name, parsed) or isinstance(parsed, list | dict) else value


def _takes(name: str, value: Any) -> bool:
    try:
        msgspec.convert(value, _TYPES[name])
    except msgspec.ValidationError:
        return False
    return True
