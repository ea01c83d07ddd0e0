"""A whole installation of real processes that can be killed, held down, and come back."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import aiohttp
import nats.errors
from nats.js.errors import APIError

from cli.local.credentials import open_credentials
from cli.local.environment import defaults, identity, servers
from cli.local.ports import free_ports
from cli.local.process import Child, start
from cli.local.servers import start_nats, start_s3
from cli.local.stack import answers
from shared.jetstream import topology
from shared.jetstream.connection import connect
from shared.jetstream.permissions import OPERATOR
from shared.service.process_guard import Guard
from shared.settings import NatsSettings
from shared.tokens import Tokens, User
from tests.chaos.signing import signing_folder
from tests.cluster import settings_of, start_cluster
from tests.nats_users import NATS_LOG, TESTER, nobody_was_denied, with_tester
from tests.servers import as_testers, testers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
    from pathlib import Path

    from nats.aio.client import Client

    from shared.domain.build_minutes import PlanName

SERVICES = {
    "gateway": "gateway",
    "status": "status",
    "packager-1": "packager",
    "packager-2": "packager",
    "uploader-1": "uploader",
    "uploader-2": "uploader",
}
ACK_WAIT_S = 5.0  # a dead worker is noticed sooner than in production
HURRY = {
    "BUILD_QUEUE_RETRY_BASE_DELAY_MS": "100",
    "BUILD_QUEUE_REAPER_INTERVAL_MS": "2000",
    "EXPORT_REQUESTS_PER_MINUTE": "0",
    "PACKAGER_PLATFORMS": "source,web,linux,android",
    "PACKAGER_CONCURRENCY": "2",
    "LOG_LEVEL": "INFO",
}
START_S = 600.0  # one that dies is noticed at once
PAUSE_S = 0.3  # between a death and the next life, as an orchestrator would


class World:
    """All processes by name: ``nats`` (or ``n1``…), ``s3``, and those of ``SERVICES``."""

    def __init__(
        self, folder: Path, *, cluster: bool, trace: bool, changes: Mapping[str, str]
    ) -> None:
        self.folder = folder
        self.guard = Guard()
        self.children: dict[str, Child] = {}
        self.held: set[str] = set()  # stay down when they die
        self.deaths: dict[str, int] = {}
        self._credentials = with_tester(open_credentials(folder))
        self._changes = changes
        self._trace = trace
        self.nodes = start_cluster(folder, self.guard, self._credentials) if cluster else []
        for node in self.nodes:
            self.children[node.name] = node.child
        if not cluster:
            (self._nats_port,) = free_ports(1)
            self._start_nats()
        self._s3_ports = free_ports(4, with_grpc=True)
        self._start_s3()
        gateway, status, preview, *others = free_ports(len(SERVICES) + 1)
        self._binds = dict(
            zip(SERVICES, (f"127.0.0.1:{p}" for p in (gateway, status, *others)), strict=True)
        )
        self._preview = f"127.0.0.1:{preview}"
        self.env = self._environment()

    @property
    def gateway_url(self) -> str:
        """Where clients call."""
        return self.env["EXPORT_PUBLIC_URL"]

    @property
    def nats_settings(self) -> NatsSettings:
        """How to reach NATS."""
        return settings_of(self.nodes) if self.nodes else NatsSettings(url=self.nats_url("tester"))

    def nats_url(self, user: str) -> str:
        """Where a user connects."""
        if self.nodes:
            return ",".join(node.url_of(user) for node in self.nodes)
        return self._nats.url(user)

    def token(
        self, user: str = "player", *, role: str = "user", plan: PlanName = "unlimited"
    ) -> str:
        """A bearer token."""
        who = User(user_id=user, email="", role=role, plan=plan)
        return Tokens(self._credentials.jwt).bearer(who, lives_s=86_400)

    def health(self, name: str) -> str:
        """The URL of a service's health endpoints."""
        return f"http://{self._binds[name]}"

    @property
    def nats_logs(self) -> list[Path]:
        """What the servers have written."""
        return [node.log for node in self.nodes] or [self.folder / NATS_LOG]

    def cache(self, name: str) -> Path:
        """What a packager keeps on its disk."""
        return self.folder / f"cache-{name}"

    def cli(self, *arguments: str) -> str:
        """What a command prints that an operator types; it must succeed."""
        done = subprocess.run(
            [sys.executable, "-m", "cli", *arguments],
            env={**os.environ, **self.env, **self._operator()},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _operator(self) -> dict[str, str]:
        token = self.token("operator", role="admin")
        return {"AETHEL_EXPORT_URL": self.gateway_url, "AETHEL_EXPORT_TOKEN": token}

    def kill(self, name: str) -> None:
        """SIGKILL; it comes back by itself unless it is held down."""
        self.children[name].kill()

    async def run_services(self) -> None:
        """Start them and wait until all are ready."""
        for name in SERVICES:
            self.children[name] = self._start_service(name)
        for name in SERVICES:
            url = f"{self.health(name)}/readyz"
            child = self.children[name]
            ready = partial(child.wait_until, partial(answers, url), timeout_s=START_S)
            await asyncio.to_thread(ready)

    async def ready(self, name: str, *, status: int = 200) -> dict[str, Any]:
        """Wait until ``/readyz`` of a service answers with a status; what it says."""
        async with aiohttp.ClientSession() as session:
            while True:
                with suppress(aiohttp.ClientError, TimeoutError):
                    timeout = aiohttp.ClientTimeout(total=10)
                    async with session.get(f"{self.health(name)}/readyz", timeout=timeout) as found:
                        if found.status == status:
                            report: dict[str, Any] = await found.json()
                            return report
                await asyncio.sleep(0.1)

    async def keep_up(self) -> None:
        """Start again whatever has died, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for name in self.children:
                group.create_task(self._keep_up(name))

    async def _keep_up(self, name: str) -> None:
        while True:
            await asyncio.sleep(0.05)
            if self.children[name].exit_code is None or name in self.held:
                continue
            self.deaths[name] = self.deaths.get(name, 0) + 1
            await asyncio.sleep(PAUSE_S)
            await asyncio.to_thread(self._start, name)

    def _start(self, name: str) -> None:
        self.children[name].kill()  # what its group may have left
        if name == "nats":
            self._start_nats()
        elif name == "s3":
            self._start_s3()
        elif name in SERVICES:
            self.children[name] = self._start_service(name)
        else:
            node = next(node for node in self.nodes if node.name == name)
            node.start_again()
            self.children[name] = node.child

    def _start_nats(self) -> None:
        self._nats = start_nats(
            self.folder,
            self._credentials,
            self.guard,
            port=self._nats_port,
            more=TESTER,
            trace=self._trace,
            lasting=False,  # processes die here, no machine: what they have written is there
        )
        self.children["nats"] = self._nats.child

    def _start_s3(self) -> None:
        server = start_s3(
            self.folder,
            self._credentials,
            self.guard,
            ports=self._s3_ports,
            more_identities=[testers(self._credentials)],
        )
        self.children["s3"] = server.child
        self.s3_settings = as_testers(server.settings, self._credentials)

    def _start_service(self, name: str) -> Child:
        service = SERVICES[name]
        env = {
            **os.environ,
            **self.env,
            **identity(service, self._credentials),
            "NATS_URL": self.nats_url(service),
            f"{service.upper()}_BIND": self._binds[name],
            "PACKAGER_CACHE_DIR": str(self.cache(name)),
        }
        return start(
            name,
            [sys.executable, "-m", f"services.{service}"],
            env=env,
            log=self.folder / f"logs/{name}.log",
            guard=self.guard,
        )

    def _environment(self) -> dict[str, str]:
        binds = {name: self._binds[name] for name in ("gateway", "status")}
        binds["gateway_preview"] = self._preview
        own = servers(self._credentials, self.nats_url(OPERATOR), self.s3_settings, binds)
        signing = {"PACKAGER_SIGNING_DIR": str(signing_folder(self.folder / "signing"))}
        nats = self.nats_settings
        tls = {"NATS_TLS_CA_FILE": nats.tls_ca_file} if nats.tls_ca_file else {}
        replicas = {"NATS_STREAM_REPLICAS": str(nats.stream_replicas)}
        made = {**defaults(self.folder, binds), **own, **HURRY, **signing, **tls, **replicas}
        return {**made, **self._changes}

    def stop(self) -> dict[str, int]:
        """SIGTERM for the services, then the servers; the exit codes by name."""
        services = [child for name, child in self.children.items() if name in SERVICES]
        for child in services:
            child.ask_to_stop()
        codes = {child.name: child.stop() for child in services}
        for name, child in self.children.items():
            if name not in SERVICES:
                child.kill()
        self.guard.close()
        return codes


@asynccontextmanager
async def world(
    folder: Path,
    fill: Callable[[World], Awaitable[None]] | None = None,
    /,
    *,
    cluster: bool = False,
    trace: bool = False,
    **changes: str,
) -> AsyncIterator[tuple[World, Client]]:
    """Everything running and kept running, with a connection to its NATS; all gone at the end.

    ``fill`` is called while the servers are still empty. With ``trace`` the log of the only NATS
    tells whatever anybody says to it. ``changes`` are those of the services' environment.
    """
    made = await asyncio.to_thread(World, folder, cluster=cluster, trace=trace, changes=changes)
    keeping = None
    try:
        if fill is not None:
            await fill(made)
        nc = await connect(made.nats_settings, name="chaos", patience_s=600)
        await apply(nc, replicas=3 if cluster else 1)
        await made.run_services()
        keeping = asyncio.create_task(made.keep_up())
        yield made, nc
        await nc.close()
    finally:
        if keeping is not None:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
        await asyncio.to_thread(made.stop)
    nobody_was_denied(*made.nats_logs)


async def apply(nc: Client, *, replicas: int = 1) -> None:
    """Make what is missing, again until it works: a young cluster has no leader yet."""
    js = nc.jetstream(timeout=10)
    while True:
        try:
            await topology.apply(js, replicas=replicas)
            break
        except (APIError, nats.errors.Error):
            await asyncio.sleep(1)
    for consumer in topology.CONSUMERS:
        await js.add_consumer(topology.EXPORTS, consumer.evolve(ack_wait=ACK_WAIT_S))
    await js.add_consumer(topology.FILMS, topology.FILM_CONSUMER.evolve(ack_wait=ACK_WAIT_S))
