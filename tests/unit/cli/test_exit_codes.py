from __future__ import annotations

import aiohttp
import nats.errors
import pytest

from cli.exit_codes import ExitCode, for_error, is_lost_connection


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
