"""``aethel-export``: the command line."""

from __future__ import annotations

import sys

import aiohttp
import click

from cli.commands import acting, admin, dead_letters, exports, local, templates
from cli.exit_codes import CommandError, UnreachableError, UsageError
from cli.local.errors import StackError
from shared.errors import ConfigurationError, ExportError, UnavailableError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="aethel-export")
def cli() -> None:
    """Turn a project of the Aethel game engine into something a player can run."""


for command in (
    local.up,
    local.run,
    exports.push,
    exports.export,
    exports.status,
    exports.watch,
    exports.logs,
    exports.download_command,
    acting.retry,
    acting.cancel,
    dead_letters.dead_letters,
    templates.templates,
    admin.streams,
    admin.sweep,
    admin.token,
    admin.doctor,
):
    cli.add_command(command)


def main() -> None:
    """Run a command; every failure ends as one clear line and its exit code."""
    try:
        cli(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)  # Ctrl-C, as a shell has it
    except click.ClickException as error:
        error.show()
        sys.exit(UsageError.exit_code)
    except CommandError as error:
        fail(str(error), error.exit_code)
    except ConfigurationError as error:
        fail(str(error), UsageError.exit_code)
    except UnavailableError as error:
        fail(str(error), UnreachableError.exit_code)
    except (aiohttp.ClientError, TimeoutError) as error:
        fail(f"the connection was lost: {str(error) or repr(error)}", UnreachableError.exit_code)
    except (ExportError, StackError, OSError) as error:
        fail(str(error), 1)


def fail(message: str, exit_code: int) -> None:
    """One line on standard error, then the exit code."""
    click.secho(f"error: {message}", fg="red", err=True)
    sys.exit(exit_code)


if __name__ == "__main__":
    main()
