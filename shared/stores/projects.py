"""The bucket ``projects``: a record of each project, and an index from users to their projects.

``record.<projectId>`` is what counts; ``member.<hash of the user id>.<projectId>`` finds it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from shared.domain.project import Project
from shared.jetstream.key_value import KeyValueStore, kv_safe
from shared.jetstream.topology import PROJECTS_BUCKET

if TYPE_CHECKING:
    from nats.js import JetStreamContext

BUCKET: Final = PROJECTS_BUCKET.name
MARKER_S: Final = 1.0  # nobody watches the index, and who has left a project is not to see it


class Membership(msgspec.Struct, frozen=True):
    """An entry of the index; the project's record says what the member may do."""


async def bind_projects(js: JetStreamContext) -> KeyValueStore[Project]:
    """Bind to the records."""
    return await KeyValueStore.bind(js, BUCKET, Project)


async def bind_memberships(js: JetStreamContext) -> KeyValueStore[Membership]:
    """Bind to the index."""
    return await KeyValueStore.bind(js, BUCKET, Membership)


def project_key(project_id: str) -> str:
    """Where a project's record is; with ``*``, the pattern of all of them."""
    return f"record.{project_id}"


def membership_key(user_id: str, project_id: str) -> str:
    """Where the index has a member of a project; with ``*``, the pattern of a user's projects."""
    return f"member.{kv_safe(user_id)}.{project_id}"


def project_of_membership(key: str) -> str:
    """The project id in a key of the index."""
    return key.rpartition(".")[2]
