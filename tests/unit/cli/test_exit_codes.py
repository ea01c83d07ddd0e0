from __future__ import annotations

import subprocess
import sys

import aiohttp
import nats.errors
import pytest

from cli.exit_codes import ExitCode, for_error, is_lost_connection

HEAVY = ("structlog", "nats", "botocore", "litestar", "services.packager")


def test_commands_of_makers_import_no_servers_and_no_packager() -> None:
    """They start at once."""
    modules = ", ".join(f"cli.commands.{name}" for name in ("exports", "projects", "play"))
    told = f"import sys, cli.__main__, {modules}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert set(HEAVY) & set(run.stdout.split()) == set()


@pytest.mark.parametrize(
    ("error", "lost", "code"),
    [
        (aiohttp.ServerDisconnectedError(), True, ExitCode.UNREACHABLE),
        (nats.errors.ConnectionClosedError(), True, ExitCode.FAILED),
        (TimeoutError(), False, ExitCode.UNREACHABLE),
        (ValueError(), False, ExitCode.FAILED),
    ],
)
def test_a_lost_connection_is_known(error: Exception, lost: bool, code: ExitCode) -> None:
    """Of HTTP and of NATS; anything else is a fault of ours."""
    assert (is_lost_connection(error), for_error(error)) == (lost, code)
