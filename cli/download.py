"""Downloading an artifact: to a side file, checked against its SHA-256, then put in place."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cli.exit_codes import ExportFailedError, UsageError

if TYPE_CHECKING:
    from cli.api_client import Client

BLOCK_BYTES: Final = 1 << 18


async def download(client: Client, state: dict[str, Any], into: Path) -> Path:
    """Write the artifact into a folder.

    Returns:
        Where it is.

    Raises:
        UsageError: There is nothing to download (yet, or any more).
        ExportFailedError: What came is not what was announced.
    """
    if state["status"] != "completed" or state["downloadUrl"] is None:
        raise UsageError(f"export {state['id']} is {state['status']}: there is nothing to download")
    await asyncio.to_thread(into.mkdir, parents=True, exist_ok=True)
    target = into / Path(state["fileName"]).name
    partial = target.with_name(f"{target.name}.part")
    digest = hashlib.sha256()
    try:
        async with client.open(state["downloadUrl"]) as answer:
            with partial.open("wb") as file:
                async for block in answer.content.iter_chunked(BLOCK_BYTES):
                    digest.update(block)
                    file.write(block)
        if digest.hexdigest() != state["sha256"]:
            raise ExportFailedError(f"{target.name} arrived damaged: try again")
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target
