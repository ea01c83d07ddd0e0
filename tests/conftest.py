"""Real servers for all tests: started once a session, emptied for each test."""

from __future__ import annotations

import gc
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
import pytest_asyncio
import structlog

from cli.local.ports import BELOW_EPHEMERAL, reserve
from shared.settings import NatsSettings, S3Settings
from tests.certificates import Authority
from tests.computing import (  # noqa: F401 - pytest finds it here
    pytest_runtest_logreport,
    pytest_runtest_logstart,
    pytest_runtest_makereport,
    pytest_terminal_summary,
)
from tests.ending import pytest_runtest_teardown  # noqa: F401 - pytest finds it here
from tests.hanging import pytest_timeout_set_timer  # noqa: F401 - likewise
from tests.servers import (
    Servers,
    empty_bucket,
    empty_nats,
    from_containers,
    from_packages,
    storage_of,
)
from tests.sharing import pytest_xdist_make_scheduler  # noqa: F401 - likewise

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Iterator

    from nats.aio.client import Client
    from nats.js import JetStreamContext

    from shared.storage.bucket import Storage

HERE = Path(__file__).parent
# They take half a minute and more: one that began among the last would be waited for alone.
LONG = (
    *("browser/engine/test_emberlight.py", "browser/vite/third_party/test_third_party.py"),
    *("browser/player/test_shadow_budget.py", "browser/engine/test_pictures.py"),
    *("browser/vite/test_packages.py", "hostile/test_web_projects.py", "hostile/test_fairness.py"),
    *("hostile/test_sandbox.py", "hostile/test_own_builds.py", "phones/dexer/test_dex_rules.py"),
    *("integration/worker/test_crashing.py", "integration/worker/test_dead_letters.py"),
    *("integration/worker/test_lost_messages.py", "integration/jetstream/test_refusals.py"),
    *("integration/storage/test_permissions.py", "integration/packager/test_web_builds.py"),
    *("integration/packager/test_confined_web_builds.py", "page/test_previewed_games.py"),
    *("unit/packager/archive/test_zip64.py", "unit/packager/web/test_hostile_text.py"),
    *("unit/player/test_player_units.py", "unit/test_documentation.py"),
    *("drills/test_restore.py", "e2e/test_local_stack.py", "e2e/test_story.py"),
    *("shell/test_programs.py", "shell/test_exported.py", "page/test_firefox.py"),
    *("unit/cli/test_early_sending.py", "web/test_components_package.py"),
)

# A busy machine is no failure: pytest's own time-out catches what hangs.
SLOW = hypothesis.HealthCheck.too_slow
hypothesis.settings.register_profile("patient", deadline=None, suppress_health_check=[SLOW])
hypothesis.settings.load_profile("patient")


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """A command that runs in this process sets up its logs; the next test has its own."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the servers come from containers."""
    parser.addoption(
        "--servers",
        choices=["packages", "containers"],
        default="packages",
        help="nats-server and the S3 server from PyPI, or the official images (needs Docker)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Test processes side by side take their ports from ranges of their own."""
    worker = getattr(config, "workerinput", None)
    if worker is not None:
        number = int(worker["workerid"].removeprefix("gw"))
        others = (
            port for port in range(*BELOW_EPHEMERAL) if port % worker["workercount"] != number
        )
        reserve(*others)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, Any, Any]:
    """Keep modules and tests out of garbage collections: all of them live as long as the session.

    Each full collection would look through a million of them again. What is garbage by then is
    kept, too: to find it would take as long once more, in each process.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the folders take turns, file by file, so that what waits runs beside what computes.

    The unit tests, many small files, are left for the end; of each folder those begin that take
    longest. ``--no-loadscope-reorder`` keeps this order where files are spread over processes.
    """
    long = {HERE / name for name in LONG}
    files = sorted(dict.fromkeys(item.path for item in items), key=lambda file: file not in long)
    seen: Counter[str] = Counter()
    turns: dict[Path, int] = {}
    for file in files:
        folder = file.relative_to(HERE).parts[0]
        turns[file] = seen[folder]
        seen[folder] += 1
    items.sort(key=lambda item: turns[item.path])


@pytest.fixture(scope="session", autouse=True)
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let clients of S3 trust one authority, of nobody's, instead of the machine's hundred.

    Each client reads them at its first request; the tests' storages speak no TLS.
    """
    bundle = tmp_path_factory.mktemp("trusted") / "authority.pem"
    bundle.write_bytes(Authority("nobody").certificate)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_CA_BUNDLE", str(bundle))
        yield


@pytest.fixture(scope="session")
def servers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Servers]:
    """Both servers, for the whole session."""
    if request.config.getoption("--servers") == "containers":
        with from_containers() as running:
            yield running
    else:
        with from_packages(tmp_path_factory.mktemp("servers")) as running:
            yield running


@pytest.fixture
def nats_settings(servers: Servers) -> NatsSettings:
    """How to reach NATS."""
    return NatsSettings(url=servers.nats_url)


@pytest.fixture
def s3_settings(servers: Servers) -> S3Settings:
    """How to reach the storage."""
    return servers.s3


@pytest_asyncio.fixture
async def nc(nats_settings: NatsSettings) -> AsyncIterator[Client]:
    """A connection to a NATS on which exactly our streams exist, all empty."""
    async with empty_nats(nats_settings) as client:
        yield client


@pytest_asyncio.fixture
async def js(nc: Client) -> JetStreamContext:
    """JetStream of that connection."""
    return nc.jetstream(timeout=60)  # on a busy machine


@pytest_asyncio.fixture
async def storage(s3_settings: S3Settings) -> AsyncIterator[Storage]:
    """An empty bucket."""
    async with empty_bucket(s3_settings) as opened:
        yield opened


@pytest_asyncio.fixture
async def packagers_storage(storage: Storage) -> AsyncIterator[Storage]:
    """That bucket as the packager may use it."""
    async with storage_of("packager", storage) as opened:
        yield opened


@pytest_asyncio.fixture
async def uploaders_storage(storage: Storage) -> AsyncIterator[Storage]:
    """That bucket as the uploader may use it."""
    async with storage_of("uploader", storage) as opened:
        yield opened
