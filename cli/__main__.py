"""``aethel-export``: the command line."""

from __future__ import annotations

import sys

import aiohttp
import click
import nats.errors

from cli.commands import admin, dead_letters, exports, local, templates
from cli.exit_codes import HELP, CommandError, for_error
from cli.local.errors import StackError
from shared import logs
from shared.errors import ExportError
from shared.settings import LogSettings
from shared.storage.s3_client import StorageRefusedError


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=HELP)
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
    exports.retry,
    exports.cancel,
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
    logs.configure(LogSettings(level="WARNING", format="console"), service="aethel-export")
    try:
        cli(standalone_mode=False)
    except click.exceptions.Abort as interrupted:
        sys.exit(for_error(interrupted))
    except click.ClickException as error:
        error.show()
        sys.exit(for_error(error))
    except (CommandError, ExportError, StorageRefusedError, StackError, OSError) as error:
        fail(error, str(error))
    except (aiohttp.ClientError, nats.errors.Error) as error:
        fail(error, f"the connection was lost: {str(error) or repr(error)}")


def fail(error: Exception, message: str) -> None:
    """Print one line on standard error, then exit with the error's code."""
    click.secho(f"error: {message}", fg="red", err=True)
    sys.exit(for_error(error))


if __name__ == "__main__":
    main()
