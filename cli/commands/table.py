"""Rows for people: one line each, in columns."""

from __future__ import annotations

import re
import shutil
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Sequence


def print_table(columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    """Print one line for each row; a terminal cuts them at its width, a pipe gets them whole."""
    lines = [columns, *([_cell(row[name]) for name in columns] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    most = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for line in lines:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(padded).rstrip()[:most])


def _cell(value: object) -> str:
    """Times to the second; whatever would leave its line is made visible."""
    text = re.sub(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)\S*$", r"\1 \2", str(value))
    return text if text.isprintable() else repr(text)
