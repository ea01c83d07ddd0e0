"""What a command does not need is not imported for it: that is what starting takes long for."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from cli.__main__ import cli
from cli.command_list import COMMANDS

SERVICES = ("services", "nats", "botocore", "litestar", "structlog", "cryptography")
WAITING = ("asyncio", "aiohttp", "rich")
ASK_ONCE = ("status", "push", "download", "projects", "play", "operators", "dead_letters", "logs")
RUN = """
import sys
from cli.__main__ import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
print(*sys.modules)
"""


def imported(code: str, *arguments: str) -> set[str]:
    """The modules that a program has imported at its end, and the packages around them."""
    run = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    names = run.stdout.splitlines()[-1].split()
    return set(names) | {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_what_only_tells_imports_no_command(option: str) -> None:
    """The list of the commands is told without them."""
    modules = imported(RUN, option)
    assert "click" in modules
    assert not modules & {"cli.commands", "msgspec", "http.client", *SERVICES, *WAITING}


def test_commands_that_ask_once_wait_for_nothing_at_their_start() -> None:
    """Neither for an event loop nor for what the services are made of."""
    modules = imported(
        f"import sys, {', '.join(f'cli.commands.{name}' for name in ASK_ONCE)}; print(*sys.modules)"
    )
    assert "cli.blocking_client" in modules
    assert not modules & {*SERVICES, *WAITING}


@pytest.mark.parametrize("command", ["run", "up"])
def test_what_a_stack_needs_is_imported_when_one_starts(command: str) -> None:
    """Help is told without it."""
    modules = imported(RUN, command, "--help")
    assert "cli.commands.local" in modules
    assert not modules & {*SERVICES, *WAITING}


def test_commands_that_follow_an_export_import_no_service() -> None:
    """They wait for sockets, and show what comes."""
    modules = imported("import sys, cli.commands.exports; print(*sys.modules)")
    assert "aiohttp" in modules
    assert not modules & set(SERVICES)


@pytest.mark.parametrize("name", list(COMMANDS))
def test_the_list_says_of_a_command_what_it_says_itself(name: str) -> None:
    """Its first sentence, not cut short."""
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert command.name == name
    assert command.get_short_help_str(limit=1_000) == COMMANDS[name].summary
