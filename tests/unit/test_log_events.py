"""``docs/logs.md`` names every event that services write, and ``cli.story`` tells the story's."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from cli.story.sentences import SENTENCES

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs/logs.md").read_text()
LEVELS = {name: name for name in ("debug", "info", "warning", "error")} | {"exception": "error"}
UNTOLD = {  # of the story's table: told as they are, they are rare and technical
    *("event.waits", "cancel.not-in-stream", "upload.gone", "upload.not-aborted"),
    *("request.cause", "request.failed"),
}


class Written:
    """One place where a line is written."""

    def __init__(self, path: Path, call: ast.Call) -> None:
        assert isinstance(call.func, ast.Attribute)
        self.place = f"{path.relative_to(ROOT)}:{call.lineno}"
        self.service = path.relative_to(ROOT).parts[1] if "services" in path.parts else ""
        self.level = LEVELS[call.func.attr]
        first = call.args[0]
        self.name = str(first.value) if isinstance(first, ast.Constant) else ""
        self.keys = {keyword.arg for keyword in call.keywords if keyword.arg}


def written() -> list[Written]:
    """Wherever the services' code calls ``log``."""
    return [
        Written(path, node)
        for root in ("shared", "services")
        for path in sorted((ROOT / root).rglob("*.py"))
        if "log." in (text := path.read_text())
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "log"
        and node.func.attr in LEVELS
    ]


def rows(heading: str) -> dict[str, list[str]]:
    """The cells of a section's table, by event."""
    section = DOCUMENT.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line.strip("| ").split(" | ") for line in section.splitlines() if line[:3] == "| `"]
    return {name: cells for cells in lines for name in re.findall("`([^`]+)`", cells[0])}


STORY = rows("The story of an export")
OTHERS = rows("What else services write")
CODE = written()


def test_every_event_is_documented() -> None:
    """No more and no fewer, each in one table, with its level."""
    assert not STORY.keys() & OTHERS.keys()
    assert {line.name for line in CODE} == STORY.keys() | OTHERS.keys()
    levels: dict[str, set[str]] = {}
    for line in CODE:
        levels.setdefault(line.name, set()).add(line.level)
    documented = {name: set(cells[1].split(", ")) for name, cells in {**STORY, **OTHERS}.items()}
    assert documented == levels


@pytest.mark.parametrize("line", CODE, ids=lambda line: line.place)
def test_a_line_is_as_documented(line: Written) -> None:
    """A constant dotted name; its service, and in the story its keys, are in the table."""
    assert re.fullmatch(r"[a-z-]+\.[a-z_-]+", line.name)
    cells = STORY.get(line.name) or OTHERS[line.name]
    assert not line.service or cells[2] == "all" or line.service in cells[2].split(", ")
    if line.name in STORY:
        context = {"export_id", "project_id", "generation", "attempt", "consumer", "trace_id"}
        keys = {"exception" if key == "exc_info" else key for key in line.keys} - context
        assert keys <= set(re.findall("`([a-z0-9_]+)`", cells[4] if len(cells) > 4 else ""))


def test_the_story_is_told_in_words() -> None:
    """Every event of the story has its sentence, and no other has."""
    assert SENTENCES.keys() == STORY.keys() - UNTOLD
