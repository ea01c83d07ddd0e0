"""Where the service is and who we are: from the environment, or from the local stack that runs."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final, TypeVar

from cli.answers import ApiError
from cli.blocking_client import BlockingClient
from cli.exit_codes import ExitCode, MissingError, UsageError
from cli.local.state import running_stack
from cli.web_address import is_web_address
from shared.domain.events import is_export_id

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
TOKEN: Final = re.compile(r"[!-~]+")  # RFC 9110 section 5.5: what a header can hold
LOOKED_AT: Final = 10_000  # projects in which an export is looked for


def address(*, as_service: bool = False) -> tuple[str, str]:
    """The gateway's URL and a bearer token.

    Args:
        as_service: The token is to act for a user; ``AETHEL_EXPORT_TOKEN`` is taken as it is.

    Raises:
        UsageError: Only one of the two variables is set, or what it holds is no URL, or no token.
        UnreachableError: Neither is set and no local stack runs.
    """
    url, token = os.environ.get("AETHEL_EXPORT_URL"), os.environ.get("AETHEL_EXPORT_TOKEN")
    if url and not is_web_address(url):
        raise UsageError(f"AETHEL_EXPORT_URL={url!r} is no URL: http://… or https://…")
    if token and not TOKEN.fullmatch(token):
        raise UsageError("AETHEL_EXPORT_TOKEN is no token: it holds spaces or other characters")
    if url and token:
        return url, token
    if url or token:
        raise UsageError("AETHEL_EXPORT_URL and AETHEL_EXPORT_TOKEN belong together: set both")
    stack = running_stack()
    return stack.gateway_url, stack.service_token if as_service else stack.token


def with_client(use: Callable[[BlockingClient], T], user: str | None = None) -> T:
    """Run one command against the gateway, where named for another user."""
    url, token = address(as_service=user is not None)
    with BlockingClient(url, token, user=user) as client:
        return use(client)


def find_export(client: BlockingClient, export: str) -> str:
    """The path of an export given as ``EXPORT`` or ``PROJECT/EXPORT``.

    Raises:
        UsageError: It is no export's id.
        MissingError: None of the user's projects has it.
    """
    project, _, export_id = export.rpartition("/")
    if not is_export_id(export_id):
        raise UsageError(f"{export_id!r} is not the id of an export")
    if project:
        return f"/api/projects/{project}/export/{export_id}"
    for item in client.pages("/api/projects", "projects", LOOKED_AT)["projects"]:
        path = f"/api/projects/{item['id']}/export/{export_id}"
        if _exists(client, path):
            return path
    raise MissingError(
        f"none of your projects has an export {export_id}; for another user's: --as USER"
    )


def _exists(client: BlockingClient, path: str) -> bool:
    try:
        client.get(path)
    except ApiError as error:
        if error.exit_code is ExitCode.NOT_FOUND:
            return False
        raise
    return True
