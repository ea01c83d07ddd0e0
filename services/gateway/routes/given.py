"""What handlers are given, by the names that ``app.py`` provides and the route's path carries."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import PathParameter

from services.gateway.exports.exports import Exports
from services.gateway.exports.lifecycle import Acts
from services.gateway.exports.start import Starts
from services.gateway.http.rate_limiter import Pace
from services.gateway.operators.audit_log import Audit
from services.gateway.operators.bulk_replay import Jobs
from services.gateway.operators.dead_letters import Letters
from services.gateway.operators.infrastructure import Infrastructure
from services.gateway.operators.replay import Replays
from services.gateway.projects.blob_uploads import Receiver
from services.gateway.projects.membership import Projects
from services.gateway.projects.snapshots import Snapshots
from services.gateway.settings import Limits
from shared.storage.bucket import Storage
from shared.stores.quota import Quota
from shared.stores.worker_registry import Workers
from shared.tokens import Tokens, User

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
