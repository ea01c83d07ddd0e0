"""``aethel-export``: the command line."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Final

import click

from cli.exit_codes import HELP, CommandError, for_error, is_lost_connection
from cli.local.errors import StackError
from shared.errors import ExportError, StorageRefusedError
from shared.settings import LogSettings
from shared.version import product_version

COMMANDS: Final = {  # in the order of --help: the module of each, and its name there
    "up": "local:up",
    "run": "local:run",
    "push": "exports:push",
    "export": "exports:export",
    "status": "exports:status",
    "watch": "exports:watch",
    "logs": "logs:logs",
    "download": "exports:download_command",
    "play": "play:play",
    "retry": "exports:retry",
    "cancel": "exports:cancel",
    "projects": "projects:projects",
    "admin": "operators:admin",
    "dead-letters": "dead_letters:dead_letters",
    "templates": "templates:templates",
    "streams": "streams:streams",
    "nats-users": "streams:nats_users",
    "sweep": "admin:sweep",
    "token": "admin:token",
    "storage": "storage:storage",
    "storage-certificate": "storage:storage_certificate",
    "doctor": "admin:doctor",
}


class LazyCommands(click.Group):
    """The commands, each imported when it is used: most need neither a packager nor S3."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, None where there is none."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(f"cli.commands.{module}"), name)
        if "structlog" in sys.modules:  # none else logs, and it takes a while to import
            from shared import logs  # noqa: PLC0415 - see above

            logs.configure(LogSettings(level="WARNING", format="console"), service="aethel-export")
        return command


@click.group(
    cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]}, epilog=HELP
)
@click.version_option(product_version(), prog_name="aethel-export")
def cli() -> None:
    """Turn a project of the Aethel game engine into something a player can run."""


def main() -> None:
    """Run a command; every failure ends as one clear line and its exit code."""
    try:
        cli(standalone_mode=False)
    except click.exceptions.Abort as interrupted:
        sys.exit(for_error(interrupted))
    except click.ClickException as error:
        error.show()
        sys.exit(for_error(error))
    except (CommandError, ExportError, StorageRefusedError, StackError, OSError) as error:
        fail(error, str(error))
    except Exception as error:
        if not is_lost_connection(error):
            raise
        fail(error, f"the connection was lost: {str(error) or repr(error)}")


def fail(error: Exception, message: str) -> None:
    """Print one line on standard error, then exit with the error's code."""
    click.secho(f"error: {message}", fg="red", err=True)
    sys.exit(for_error(error))


if __name__ == "__main__":
    main()
