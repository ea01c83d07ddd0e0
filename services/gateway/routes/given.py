"""What handlers are given, by the names that ``app.py`` provides and the route's path carries."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import PathParameter

from services.gateway.acts import Acts
from services.gateway.audit import Audit
from services.gateway.exports import Exports
from services.gateway.infrastructure import Infrastructure
from services.gateway.jobs import Jobs
from services.gateway.letters import Letters
from services.gateway.pace import Pace
from services.gateway.projects import Projects
from services.gateway.receiving import Receiver
from services.gateway.replays import Replays
from services.gateway.settings import Limits
from services.gateway.snapshots import Snapshots
from services.gateway.starts import Starts
from shared.quota import Quota
from shared.storage import Storage
from shared.tokens import Tokens, User
from shared.workers import Workers

AnyRequest = Request[Any, Any, Any]

TheUser = NamedDependency[User]
ThePace = NamedDependency[Pace]
TheProjects = NamedDependency[Projects]
TheActs = NamedDependency[Acts]
TheAudit = NamedDependency[Audit]
TheInfrastructure = NamedDependency[Infrastructure]
TheJobs = NamedDependency[Jobs]
TheLetters = NamedDependency[Letters]
TheReplays = NamedDependency[Replays]
TheExports = NamedDependency[Exports]
TheQuota = NamedDependency[Quota]
TheReceiver = NamedDependency[Receiver]
TheSnapshots = NamedDependency[Snapshots]
TheStarts = NamedDependency[Starts]
TheStorage = NamedDependency[Storage]
TheTokens = NamedDependency[Tokens]
TheWorkers = NamedDependency[Workers]
TheLimits = NamedDependency[Limits]

InProject = Annotated[str, PathParameter(pattern="^[a-z0-9][a-z0-9_-]{0,63}$")]
OfExport = Annotated[str, PathParameter(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
OfBlob = Annotated[str, PathParameter(pattern="^[0-9a-f]{64}$")]
OfMember = Annotated[str, PathParameter(min_length=1, max_length=200)]
