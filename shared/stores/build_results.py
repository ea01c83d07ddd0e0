"""The bucket ``build-results``: which artifact was made of which inputs; the uploader writes it.

A record is a hint of one project's and nothing more: whether its artifact is there is asked of
:mod:`shared.stores.artifacts` and the storage. It ends by itself, with its artifact.
"""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Final

import msgspec
import structlog
from msgspec import UNSET, UnsetType

from shared.domain.build_warnings import BuildWarnings
from shared.domain.events import Timestamp, now
from shared.errors import UnavailableError
from shared.jetstream.key_value import KeyValueStore
from shared.jetstream.publishing import publish
from shared.jetstream.topology import BUILD_RESULTS_BUCKET

if TYPE_CHECKING:
    from datetime import datetime

    from nats.js import JetStreamContext

log = structlog.get_logger()

PATIENCE_S: Final = 1.0  # to write what only spares a build


class BuildResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a build came to; ``built_at`` is when it was packed, or its upload begun anew.

    The artifact may be older: it was there already where an earlier build gave the same one.
    """

    artifact_key: str
    built_at: Timestamp
    warnings: BuildWarnings | UnsetType = UNSET


class BuildResults:
    """The records, by project and build inputs."""

    def __init__(self, js: JetStreamContext, records: KeyValueStore[BuildResult]) -> None:
        self._js = js
        self._records = records

    @classmethod
    async def bind(cls, js: JetStreamContext) -> BuildResults:
        """Bind to the bucket."""
        return cls(js, await KeyValueStore.bind(js, BUILD_RESULTS_BUCKET.name, BuildResult))

    async def find(self, project_id: str, inputs: str) -> BuildResult | None:
        """What was built of these inputs, as far as anybody knows."""
        found = await self._records.get(_key(project_id, inputs))
        return found.value if found else None

    async def keep(
        self, project_id: str, inputs: str, result: BuildResult, *, until: datetime
    ) -> None:
        """Record what was built, until its artifact expires; of two that write, either is right.

        Where NATS does not take it, the next export is built, and nothing is wrong.
        """
        lives_s = max(math.ceil((until - now()).total_seconds()), 1)
        try:
            async with asyncio.timeout(PATIENCE_S):
                await publish(
                    self._js,
                    BUILD_RESULTS_BUCKET.prefix + _key(project_id, inputs),
                    msgspec.json.encode(result),
                    {"Nats-TTL": str(lives_s)},
                    patience_s=PATIENCE_S,
                )
        except (UnavailableError, TimeoutError) as error:
            log.warning("build-result.lost", error=repr(error))

    async def forget_all(self, project_id: str) -> None:
        """Forget all of a project."""
        for key in await self._records.keys(_key(project_id, "*")):
            await self._records.delete(key)


def _key(project_id: str, inputs: str) -> str:
    return f"{project_id}.{inputs}"
