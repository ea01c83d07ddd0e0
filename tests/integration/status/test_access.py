from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from services.status.websocket.access import AccessCheck, Refused
from shared.domain.events import now
from shared.domain.export_document import Document
from shared.domain.project import Project
from shared.errors import UnavailableError
from shared.jetstream.event_log import EventLog
from shared.jetstream.key_value import KeyValueStore
from shared.tokens import Tokens, User
from tests.unit.sample_events import EXPORT, requested

if TYPE_CHECKING:
    from nats.js import JetStreamContext

TOKENS = Tokens("0123456789abcdef" * 4)
MEMBER, STRANGER = (TOKENS.bearer(User(user_id=name)) for name in ("u", "stranger"))


@pytest.fixture
async def access(js: JetStreamContext) -> AccessCheck:
    """At a service that has folded nothing yet."""
    projects = await KeyValueStore.bind(js, "projects", Project)
    project = Project(id="p", name="P", owner="u", created_at=now(), updated_at=now())
    await projects.create("record.p", project)
    return AccessCheck(
        TOKENS, projects, await KeyValueStore.bind(js, "exports", Document), EventLog(js)
    )


async def test_a_member_may_watch_from_the_moment_of_the_request(
    access: AccessCheck, js: JetStreamContext
) -> None:
    """By a bearer token, though the export's document is not there yet; a stranger may not."""
    await EventLog(js).publish(requested())
    assert (await access.check(EXPORT, ticket=None, offered=[MEMBER])).project_id == "p"
    with pytest.raises(Refused) as refused:
        await access.check(EXPORT, ticket=None, offered=[STRANGER])
    assert refused.value.close_code == 4504


async def test_an_outage_forbids_nothing(access: AccessCheck, js: JetStreamContext) -> None:
    """A client that is told that it may not watch does not come back."""
    await js.delete_stream("KV_projects")
    await EventLog(js).publish(requested())
    with pytest.raises(UnavailableError):
        await access.check(EXPORT, ticket=None, offered=[MEMBER])
