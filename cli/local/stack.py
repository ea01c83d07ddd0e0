"""The whole stack: servers first, then streams, then services; stopped the other way round."""

from __future__ import annotations

import asyncio
import os
import sys
import time
import urllib.request
from collections import Counter
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec

from cli.bucket.settings import PAGES, bucket_settings
from cli.bucket.settle import settle
from cli.local.credentials import open_credentials
from cli.local.environment import (
    SERVICES,
    TOKEN_LIVES_S,
    defaults,
    identity,
    obeyed,
    of_service,
    servers,
)
from cli.local.errors import StackError
from cli.local.npm_configuration import REGISTRY, npm_registry
from cli.local.ports import free_ports, is_free, reserve
from cli.local.process import Child, start
from cli.local.servers import start_nats, start_s3
from cli.local.state import StackState, announced, locked
from shared.jetstream import topology
from shared.jetstream.connection import connect
from shared.jetstream.permissions import OPERATOR, USERS
from shared.jetstream.room import room_for
from shared.service.process_guard import Guard
from shared.settings import NatsSettings
from shared.tokens import Tokens, User

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path


SERVICE_START_S: Final = 300.0  # on a busy machine; one that dies is noticed at once
PROFILES: Final = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
WATCH_S: Final = 0.2
WRONG_SETTING: Final = 2  # a service's exit code
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 10.0
LOCAL_USER: Final = User(user_id="local", email="", role="admin", plan="unlimited")
LOCAL_SERVICE: Final = User(user_id="local", email="", role="service", plan="unlimited")


class Ports(msgspec.Struct, frozen=True, kw_only=True):
    """Where clients find the stack."""

    gateway: int
    status: int
    preview: int


class Stack:
    """A running stack: its servers, and services that are started again when they die."""

    def __init__(
        self,
        state: StackState,
        children: list[Child],
        start_service: Callable[[str], Child],
    ) -> None:
        self.state = state
        self.children = children
        self._start_service = start_service
        self._deaths: Counter[str] = Counter()
        self._due: dict[str, float] = {}  # when a dead service is started again, monotonic

    def watch(self) -> None:
        """Look after the children until a signal's exception ends it.

        Raises:
            StackError: A server has died, or a service refuses its settings; with the end of its
                output.
        """
        while True:
            self.check()
            time.sleep(WATCH_S)

    def check(self) -> None:
        """Start services that have died anew, after a pause that grows with their deaths."""
        for number, child in enumerate(self.children):
            if child.exit_code is None:
                continue
            if child.name not in SERVICES or child.exit_code == WRONG_SETTING:
                raise StackError(f"{child.name} ended with code {child.exit_code}:\n{child.tail()}")
            if child.name not in self._due:
                pause_s = min(FIRST_PAUSE_S * 2 ** self._deaths[child.name], LONGEST_PAUSE_S)
                self._due[child.name] = time.monotonic() + pause_s
                self._deaths[child.name] += 1
            if time.monotonic() >= self._due[child.name]:
                del self._due[child.name]
                child.kill()  # whatever its group has left
                self.children[number] = self._start_service(child.name)


@contextmanager
def local_stack(data: Path, ports: Ports | None = None, *, lasting: bool = True) -> Iterator[Stack]:
    """Start everything on a data folder; stop everything at the end, whatever happens.

    Args:
        data: Made where it is not there; all of the stack's state.
        ports: Free ones where not given.
        lasting: The data outlives a power cut; it need not where it is thrown away at the end.

    Raises:
        StackError: What is in the way and what to do.
    """
    names = Ports.__struct_fields__
    chosen = ports or Ports(**dict(zip(names, free_ports(len(names)), strict=True)))
    for name, port in msgspec.structs.asdict(chosen).items():
        if not is_free(port):
            raise StackError(f"port {port} (for the {name}) is in use: stop what listens there")
    reserve(chosen.gateway, chosen.status, chosen.preview)
    with ExitStack() as cleanup:
        cleanup.enter_context(locked(data))
        credentials = open_credentials(data)
        guard = Guard()
        cleanup.callback(guard.close)
        children: list[Child] = []
        cleanup.callback(_stop, children)
        nats = start_nats(data, credentials, guard, lasting=lasting)
        children.append(nats.child)
        s3 = start_s3(data, credentials, guard)
        children.append(s3.child)
        asyncio.run(_apply_streams(nats.url(OPERATOR)))
        binds = _binds(chosen)
        own = servers(credentials, nats.url(OPERATOR), s3.settings, binds)
        identities = {
            user: {**identity(user, credentials), "NATS_URL": nats.url(user)} for user in USERS
        }
        packages = {} if os.environ.get(REGISTRY) else npm_registry(os.environ)
        env = {**defaults(data, binds), **packages, **obeyed(os.environ), **own}
        with _without_profile():
            asyncio.run(settle(*bucket_settings(env), dry_run=False))
        start_service = partial(
            _start_service, env=env, identities=identities, data=data, guard=guard
        )
        children += [start_service(name) for name in SERVICES]
        for child in children[-len(SERVICES) :]:
            ready = partial(answers, f"http://{binds[child.name]}/readyz")
            child.wait_until(ready, timeout_s=SERVICE_START_S)
        tokens = Tokens(credentials.jwt)
        state = StackState(
            gateway_url=f"http://{binds['gateway']}",
            status_url=f"http://{binds['status']}",
            token=tokens.bearer(LOCAL_USER, lives_s=TOKEN_LIVES_S),
            service_token=tokens.bearer(LOCAL_SERVICE, lives_s=TOKEN_LIVES_S),
            env={**own, **{name: env[name] for name in PAGES if name in env}},
            identities=identities,
        )
        cleanup.enter_context(announced(data, state))
        yield Stack(state, children, start_service)


@contextmanager
def _without_profile() -> Iterator[None]:
    """The caller's profile is for storages of their own, and may not be there."""
    kept = {name: os.environ.pop(name) for name in PROFILES if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)


def _binds(ports: Ports) -> dict[str, str]:
    packager, uploader = free_ports(2)
    numbers = {
        "gateway": ports.gateway,
        "status": ports.status,
        "packager": packager,
        "uploader": uploader,
        "gateway_preview": ports.preview,
    }
    return {name: f"127.0.0.1:{number}" for name, number in numbers.items()}


def _start_service(
    name: str,
    env: dict[str, str],
    identities: Mapping[str, dict[str, str]],
    data: Path,
    guard: Guard,
) -> Child:
    return start(
        name,
        [sys.executable, "-m", f"services.{name}"],
        env=of_service(name, {**env, **identities[name]}),
        log=data / f"logs/{name}.log",
        guard=guard,
    )


async def _apply_streams(nats_url: str) -> None:
    nc = await connect(NatsSettings(url=nats_url), name=OPERATOR, patience_s=10)
    await topology.apply(nc.jetstream(), room=room_for(NatsSettings().exports_per_day))
    await nc.close()


def answers(url: str) -> bool:
    """Whether a URL of ours answers with 200."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own loopback URL
            return bool(answer.status == 200)  # noqa: PLR2004 - ready
    except OSError:
        return False


def _stop(children: list[Child]) -> None:
    """Services drain first, all at once; the servers they need go last."""
    servers, services = children[:2], children[2:]
    for child in services:
        child.ask_to_stop()
    for child in (*services, *reversed(servers)):
        child.stop()
