"""Pushing as the command does, while an event loop goes on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cli.project_folder import FolderReading
from cli.push import Pushed, push, push_reading

if TYPE_CHECKING:
    from pathlib import Path

    from cli.api_client import Client
    from cli.project_folder import ProjectFolder


async def push_folder(client: Client, project: str, folder: ProjectFolder) -> Pushed:
    """Push a folder that was read, as the user of a client."""
    with client.blocking() as blocking:
        return await asyncio.to_thread(push, blocking, project, folder)


async def push_unread(client: Client, project: str, root: Path) -> Pushed:
    """Read a folder and push it meanwhile, as the user of a client."""

    def read_and_push() -> Pushed:
        with client.blocking() as blocking:
            return push_reading(blocking, project, FolderReading(root), lambda _: None)

    return await asyncio.to_thread(read_and_push)
