"""Prints a story for a person: when, how long since it began, who, what."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Final

import click

from cli.story.sentences import sentence
from shared.log_values import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cli.story.lines import StoryLine

COLOURS: Final = {"warning": "yellow", "error": "red", "critical": "red"}
HEAD: Final = ("export_id", "project_id", "trace_id")


def told(lines: Sequence[StoryLine]) -> Iterator[str]:
    """A head with the ids, then a line each."""
    yield "  ".join(f"{name.removesuffix('_id')} {_ids(lines, name)}" for name in HEAD)
    began = lines[0].at
    width = max(len(line.service) for line in lines)
    for line in lines:
        at = line.at.astimezone(UTC)
        since_s = (line.at - began).total_seconds()
        told = f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1_000:03}  {since_s:+10.3f} s  "
        text = f"{told}{one_line(line.service):<{width}}  {sentence(line)}"
        yield click.style(text, fg=COLOURS.get(str(line.keys.get("level"))))


def _ids(lines: Sequence[StoryLine], name: str) -> str:
    found = dict.fromkeys(str(line.keys[name]) for line in lines if name in line.keys)
    return one_line(", ".join(found)) or "?"
