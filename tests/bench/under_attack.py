"""One attacker with eight connections tries everything; another tenant goes on exporting.

The numbers: how much slower that tenant's tiny exports become, what each service takes of the
memory that its pod has in Kubernetes, and how many processes did not survive.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from unittest import mock

import yaml

from cli import api_client as api
from cli.local.credentials import open_credentials
from cli.local.stack import local_stack
from cli.project_folder import read_folder
from cli.watch import follow
from services.gateway.settings import GatewaySettings, UserLimits
from shared.settings import names, variables
from shared.tokens import Tokens, User
from tests.bench.measurement import Measurement
from tests.pushing import push_folder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

    from cli.local.stack import Stack

CONNECTIONS: Final = 8
ROUNDS: Final = 50  # below EXPORT_REQUESTS_PER_MINUTE, with the quiet ones
WARM_UP: Final = 3
SAMPLE_S: Final = 0.2
UNITS: Final = {"Mi": 1 << 20, "Gi": 1 << 30}
LIMITS: Final = names(UserLimits) | {
    "EXPORT_REQUESTS_PER_MINUTE",
    "GATEWAY_REQUESTS_PER_SECOND",
}
PROJECT: Final = "tiny"
PAGE: Final = b"<!doctype html><title>Tiny</title>Tiny"
K8S: Final = Path(__file__).parents[2] / "k8s"
PODS: Final = {
    "gateway": "base/gateway.yaml",
    "packager": "packager/deployment.yaml",
    "status": "base/status.yaml",
    "uploader": "base/uploader.yaml",
}


def measure(cache: Path) -> Iterator[Measurement]:
    """All of it, on a stack with the limits that services have in production."""
    del cache
    limits = {
        found["env"]: str(found["default"])
        for _, found in variables(GatewaySettings)
        if found["env"] in LIMITS
    }
    with (
        mock.patch.dict(os.environ, {**limits, "PACKAGER_SANDBOX": "required"}),
        tempfile.TemporaryDirectory() as data,
        local_stack(Path(data)) as stack,
    ):
        yield from asyncio.run(_measure(stack, Tokens(open_credentials(Path(data)).jwt)))


async def _measure(stack: Stack, tokens: Tokens) -> list[Measurement]:
    async with api.connect(stack.state.gateway_url, _token(tokens, "tenant")) as tenant:
        await _push(tenant)
        await _seconds(tenant, WARM_UP)
        quiet = await _seconds(tenant, ROUNDS)
        async with _attack(stack, _token(tokens, "attacker")), _memory(stack) as highest:
            await _seconds(tenant, WARM_UP)
            attacked = await _seconds(tenant, ROUNDS)
    dead = sum(child.exit_code is not None for child in stack.children)
    return [
        Measurement(name="attack.tiny_quiet_p95", value=1000 * _p95(quiet), unit="ms"),
        Measurement(name="attack.tiny_p95", value=_p95(attacked) / _p95(quiet), unit="×", target=3),
        Measurement(name="attack.dead_processes", value=dead, unit="", target=0),
        *(
            Measurement(name=f"attack.memory_{pod}", value=highest[pod], unit="MB", target=most)
            for pod, most in ((pod, _limit_mb(K8S / file)) for pod, file in PODS.items())
        ),
    ]


def _token(tokens: Tokens, user: str) -> str:
    return tokens.bearer(User(user_id=user, plan="unlimited"), lives_s=3_600)


async def _push(tenant: api.Client) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "index.html").write_bytes(PAGE)
        await push_folder(tenant, PROJECT, read_folder(Path(folder)))


async def _seconds(tenant: api.Client, rounds: int) -> list[float]:
    """Of each export, from the POST until its end is seen."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        answer = await tenant.request_export(PROJECT, {"platform": "web", "fresh": True})
        path = f"/api/projects/{PROJECT}/export/{answer['export']['id']}"
        state = await follow(tenant, path, _Unwatched())
        assert state["status"] == "completed", state["error"]
        times.append(time.perf_counter() - started)
    return times


class _Unwatched:
    def state(self, state: dict[str, Any]) -> None:
        """Nobody looks."""

    def log(self, message: dict[str, Any]) -> None:
        """Likewise."""


@asynccontextmanager
async def _attack(stack: Stack, token: str) -> AsyncIterator[None]:
    """The attacker's connections, whose computing is not the services': they have their own place.

    Here both share the processors, so the attacker gets what the services leave.
    """
    command = [
        "nice",
        "-n",
        "19",
        sys.executable,
        "-m",
        "tests.bench.attacks",
        stack.state.gateway_url,
    ]
    process = await asyncio.create_subprocess_exec(
        *command, stack.state.status_url, token, str(CONNECTIONS)
    )
    try:
        yield
        assert process.returncode is None, "the attacker has given up"
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@asynccontextmanager
async def _memory(stack: Stack) -> AsyncIterator[dict[str, float]]:
    """The most that each service held at a time, its builds included, in MB."""
    pods = {child.name: child.pid for child in stack.children if child.name in PODS}
    highest = dict.fromkeys(pods, 0.0)

    async def sample() -> None:
        while True:
            for pod, held in (await asyncio.to_thread(_held_mb, pods)).items():
                highest[pod] = max(highest[pod], held)
            await asyncio.sleep(SAMPLE_S)

    task = asyncio.create_task(sample())
    try:
        yield highest
    finally:
        task.cancel()


def _held_mb(pods: Mapping[str, int]) -> dict[str, float]:
    """What each service and its descendants hold; what they share is counted once."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended
            parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
            children[int(parent)].append(int(process.name))
    return {pod: _tree_mb(pid, children) for pod, pid in pods.items()}


def _tree_mb(root: int, children: Mapping[int, list[int]]) -> float:
    waiting, held_kb = [root], 0
    while waiting:
        pid = waiting.pop()
        waiting += children.get(pid, [])
        with suppress(OSError):
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            held_kb += int(rollup.partition("\nPss:")[2].split()[0])
    return held_kb / 1e3


def _limit_mb(manifest: Path) -> float:
    """What a pod may hold in Kubernetes."""
    (limit,) = (
        container["resources"]["limits"]["memory"]
        for document in yaml.safe_load_all(manifest.read_text())
        if document["kind"] == "Deployment"
        for container in document["spec"]["template"]["spec"]["containers"]
    )
    return int(limit[:-2]) * UNITS[limit[-2:]] / 1e6


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]
