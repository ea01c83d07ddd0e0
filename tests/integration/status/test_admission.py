from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from services.status.admission import Admission, Refused
from shared.errors import UnavailableError
from shared.events import now
from shared.facts import Facts
from shared.projects import Project
from shared.records import Records
from shared.state import Document
from shared.tokens import Tokens, User
from tests.unit.facts import EXPORT, requested

if TYPE_CHECKING:
    from nats.js import JetStreamContext

TOKENS = Tokens("0123456789abcdef" * 4)
MEMBER, STRANGER = (TOKENS.bearer(User(user_id=name)) for name in ("u", "stranger"))


@pytest.fixture
async def admission(js: JetStreamContext) -> Admission:
    """At a service that has folded nothing yet."""
    projects = await Records.bind(js, "projects", Project)
    project = Project(id="p", name="P", owner="u", created_at=now(), updated_at=now())
    await projects.create("record.p", project)
    return Admission(TOKENS, projects, await Records.bind(js, "exports", Document), Facts(js))


async def test_a_member_may_watch_from_the_moment_of_the_request(
    admission: Admission, js: JetStreamContext
) -> None:
    """By a bearer token, though the export's document is not there yet; a stranger may not."""
    await Facts(js).publish(requested())
    assert (await admission.admit(EXPORT, ticket=None, offered=[MEMBER])).project_id == "p"
    with pytest.raises(Refused) as refused:
        await admission.admit(EXPORT, ticket=None, offered=[STRANGER])
    assert refused.value.close_code == 4504


async def test_an_outage_forbids_nothing(admission: Admission, js: JetStreamContext) -> None:
    """A client that is told that it may not watch does not come back."""
    await js.delete_stream("KV_projects")
    await Facts(js).publish(requested())
    with pytest.raises(UnavailableError):
        await admission.admit(EXPORT, ticket=None, offered=[MEMBER])
