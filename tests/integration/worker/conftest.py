"""What holds on one nats-server must hold on three, with every stream on all of them.

A file whose tests are the same there, or cost much, says in ``SERVERS`` on which it is tested.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cli.local.credentials import Credentials
from shared.service.process_guard import Guard
from shared.settings import NatsSettings
from tests.cluster import settings_of, start_cluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cluster import Node


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Node]]:
    """Three servers, for the tests of a file: their streams cost time even when nobody asks."""
    guard = Guard()
    nodes = start_cluster(tmp_path_factory.mktemp("cluster"), guard, Credentials())
    yield nodes
    for node in nodes:
        node.child.kill()
    guard.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test on one server and on three, unless its file says otherwise."""
    if "nats_settings" in metafunc.fixturenames:
        servers = getattr(metafunc.module, "SERVERS", ("one server", "three servers"))
        metafunc.parametrize("nats_settings", servers, indirect=True)


@pytest.fixture
def nats_settings(request: pytest.FixtureRequest) -> NatsSettings:
    """Either of them."""
    if request.param == "one server":
        return NatsSettings(url=request.getfixturevalue("servers").nats_url)
    nodes: list[Node] = request.getfixturevalue("cluster")
    return settings_of(nodes)
