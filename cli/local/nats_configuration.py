"""The configuration of a nats-server with our users: the very file that production includes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cli.local.private_files import write_private
from shared.jetstream.permissions import PASSWORDS, USERS, Permissions, render, render_passwords

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def write_configuration(
    folder: Path,
    settings: Mapping[str, Any],
    passwords: Mapping[str, str],
    more: Mapping[str, Permissions] | None = None,
) -> Path:
    """Write a server's configuration, readable by its owner only; returns its path.

    Args:
        folder: Where; one for each server.
        settings: Everything but the users.
        passwords: By user.
        more: Users beside ours.
    """
    path, users = folder / "nats.conf", {**USERS, **(more or {})}
    own = "".join(f"{name}: {json.dumps(value)}\n" for name, value in settings.items())
    write_private(path, f'{own}include "./users.conf"\n'.encode())
    write_private(folder / "users.conf", render(users).encode())
    known = {user: passwords[user] for user in users}  # the server refuses any other
    write_private(folder / PASSWORDS, render_passwords(known).encode())
    return path
