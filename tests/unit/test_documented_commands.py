"""What documents say to type is what ``aethel-export`` understands."""

from __future__ import annotations

import re
import shlex
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click
import pytest

from cli.__main__ import cli

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md")])
# Where a command begins: the program, or a service of Compose whose entry point it is.
PROGRAM = re.compile(r"(?:^|[|;&(`]|\bdo\b|--)\s*(?:[\w./]*/)?aethel-export (.+)")
OF_COMPOSE = re.compile(r"\brun --rm (?:operator|cli) (.+)")
# Within sentences these are named without the program.
SHORT = re.compile(r"((?:admin|dead-letters|storage|streams|sweep|templates) [a-z-].*)")
PLACEHOLDERS = ("…", "$@")  # for a whole command


class Typed(NamedTuple):
    """One command, as it is written."""

    place: str
    arguments: list[str]
    in_block: bool  # else within a sentence, where it may be cut short


def commands() -> Iterator[Typed]:
    """Every command of every page, in code blocks and in sentences."""
    for page in PAGES:
        in_block = False
        for number, line in enumerate(page.read_text().splitlines(), start=1):
            if line.lstrip().startswith("```"):
                in_block = not in_block
                continue
            place = f"{page.relative_to(ROOT)}:{number}"
            for text in [line] if in_block else re.findall("`([^`]+)`", line):
                patterns = (PROGRAM, OF_COMPOSE) if in_block else (PROGRAM, OF_COMPOSE, SHORT)
                found = next(filter(None, (p.search(text.strip()) for p in patterns)), None)
                if found and (arguments := words(found[1])):
                    yield Typed(place, arguments, in_block)


def words(text: str) -> list[str]:
    """The arguments of a command, up to its comment, a pipe or a redirection."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars="|;&()<>")
    lexer.whitespace_split = True
    return list(takewhile(lambda word: word[0] not in "|;&()<>", lexer))


def understood(command: click.Command, name: str, arguments: list[str], *, whole: bool) -> None:
    """Parse as the program does; ``whole``: every argument that is required is there, too."""
    context = click.Context(command, info_name=name)
    if not isinstance(command, click.Group):
        command.make_parser(context).parse_args(list(arguments))
        if whole and not any("$" in word for word in arguments):
            command.make_context(name, list(arguments))
        return
    options, rest, _ = command.make_parser(context).parse_args(list(arguments))
    if not rest:
        assert options or not whole, f"{name} lacks a command"
    elif rest[0] not in PLACEHOLDERS:
        found = command.get_command(context, rest[0])
        assert found is not None, f"{name} has no command {rest[0]}"
        understood(found, rest[0], rest[1:], whole=whole)


COMMANDS = list(commands())


@pytest.mark.parametrize(
    "typed", COMMANDS, ids=lambda typed: f"{typed.place} {' '.join(typed.arguments)[:40]}"
)
def test_a_documented_command_is_understood(typed: Typed) -> None:
    """The command is there, takes these options, and lacks nothing where it stands in a block."""
    try:
        understood(cli, "aethel-export", typed.arguments, whole=typed.in_block)
    except click.ClickException as error:
        pytest.fail(f"{typed.place}: {error.format_message()}")


def test_the_runbook_is_full_of_commands() -> None:
    """They are found: a pattern that finds none would make the other test one that cannot fail."""
    found = [typed for typed in COMMANDS if typed.place.startswith("docs/runbook.md")]
    assert len(found) >= 30
    assert {typed.in_block for typed in found} == {True, False}
