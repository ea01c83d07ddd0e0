"""Which installation a command works on: that of the environment, or the local stack."""

from __future__ import annotations

import os
from typing import Final

from cli.exit_codes import UnreachableError
from cli.local.environment import LOCAL_PLAN, obeyed
from cli.local.state import running_stack

SERVERS: Final = ("NATS_URL", "NATS_URL_FILE", "S3_BUCKET", "AWS_S3_BUCKET")


def names_servers() -> bool:
    """Whether the environment says which installation is meant."""
    return any(os.environ.get(name) for name in SERVERS)


def environment() -> dict[str, str]:
    """The environment; where it names no servers, with those of the local stack that runs.

    There as an operator. Never a mixture: a sweep of one installation's storage by another's
    exports would delete it.
    """
    if names_servers():
        return dict(os.environ)
    try:
        return {**LOCAL_PLAN, **obeyed(os.environ), **running_stack().env}
    except UnreachableError:
        return dict(os.environ)
