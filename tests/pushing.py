"""Pushing as the command does, while an event loop goes on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cli.push import Pushed, push

if TYPE_CHECKING:
    from cli.api_client import Client
    from cli.project_folder import ProjectFolder


async def push_folder(client: Client, project: str, folder: ProjectFolder) -> Pushed:
    """Push a folder as the user of a client."""
    with client.blocking() as blocking:
        return await asyncio.to_thread(push, blocking, project, folder, lambda *_: None)
