"""``aethel-export``: the command line."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from cli.command_list import COMMANDS
from cli.exit_codes import HELP, CommandError, for_error, is_lost_connection
from cli.local.errors import StackError
from shared.errors import ExportError, StorageRefusedError


class LazyCommands(click.Group):
    """The commands, each imported when it is used: most need neither a packager nor S3."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        del ctx
        return list(COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what each says of itself."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, listed.summary) for name, listed in COMMANDS.items()])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, None where there is none."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].place.partition(":")
        command: click.Command = getattr(import_module(f"cli.commands.{module}"), name)
        if "structlog" in sys.modules:  # none else logs, and it takes a while to import
            from cli.quiet_logs import quiet_logs  # noqa: PLC0415 - see above

            quiet_logs()
        return command


def _print_version(ctx: click.Context, _: click.Parameter, is_asked: bool) -> None:  # noqa: FBT001 - as Click calls it
    if not is_asked:
        return
    from shared.version import product_version  # noqa: PLC0415 - it looks through what is installed

    click.echo(f"aethel-export, version {product_version()}")
    ctx.exit()


@click.group(
    cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]}, epilog=HELP
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Show the version and exit.",
)
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
