"""The inventory names the templates and signing keys of this process, as last seen on the disk.

The heartbeat names them every few seconds. The disk is looked at in a thread, however slow it is;
the heartbeat never waits for it.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from services.packager.processes.threads import in_thread
from services.packager.signing.certificates import Certificates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.packager.runtimes.registry import Templates
    from services.packager.signing.keys import SigningKeys

log = structlog.get_logger()

INTERVAL_S: Final = 5.0


class Inventory(msgspec.Struct, frozen=True, kw_only=True):
    """What was found by one look at the disk."""

    templates: dict[str, str] = {}  # version by name, of those that can be used
    broken: dict[str, str] = {}  # reason by name, of those that cannot
    signing_keys: dict[str, tuple[str, ...]] = {}  # names by platform


class InventoryWatch:
    """Keeps the newest :class:`Inventory`; ``latest`` is empty until :meth:`refresh` has ended."""

    def __init__(
        self, templates: Templates, signing: SigningKeys, platforms: Sequence[str]
    ) -> None:
        self.latest = Inventory()
        self._templates = templates
        self._signing = signing
        self._platforms = platforms
        self._certificates = Certificates(signing)

    async def refresh(self) -> None:
        """Look at the disk; whatever has become unusable since the last look is logged."""
        found = await in_thread(self._look)
        for name, reason in found.broken.items():
            if self.latest.broken.get(name) != reason:
                log.error("template.unusable", template=name, reason=reason)
        self.latest = found

    async def run(self, stop: asyncio.Event) -> None:
        """Refresh every ``INTERVAL_S`` until ``stop`` is set."""
        while not stop.is_set():
            await self.refresh()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), INTERVAL_S)

    def _look(self) -> Inventory:
        usable, broken = self._templates.survey()
        keys = self._signing.by_platform(self._platforms)
        self._certificates.look(keys)
        return Inventory(
            templates={template.name: template.version for template in usable},
            broken=broken,
            signing_keys=keys,
        )
