from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec
import pytest

from cli.commands.options import project_id_of
from cli.local.credentials import open_credentials
from shared.settings import S3Settings, load
from shared.storage import keys
from shared.storage.bucket import open_storage
from tests.e2e.conftest import running_up

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.conftest import Up


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A stack of its own, whose worker tries again at once."""
    folder = tmp_path_factory.mktemp("up")
    with running_up(folder, BUILD_QUEUE_RETRY_BASE_DELAY_MS="50") as started:
        yield started


def _as(up: Up, service: str) -> S3Settings:
    """The storage, as one of the services may use it."""
    key, secret = open_credentials(up.data).s3_key(service)
    settings = load(S3Settings, up.ready().env)
    return msgspec.structs.replace(settings, access_key_id=key, secret_access_key=secret)


async def take_away(up: Up, project: str) -> dict[str, bytes]:
    """Lose the project's files, as a storage might; what was lost."""
    async with open_storage(_as(up, "gateway")) as storage:
        prefixes = (keys.blobs(project), keys.packs(project))
        names = [item.key for prefix in prefixes async for item in storage.objects(prefix)]
        lost = {name: await storage.get(name) for name in names}
    async with open_storage(_as(up, "uploader")) as storage:
        await storage.delete(names)
    return lost


async def bring_back(up: Up, lost: dict[str, bytes]) -> None:
    """And find them again."""
    async with open_storage(_as(up, "gateway")) as storage:
        for name, data in lost.items():
            await storage.put(name, data)


def test_an_operator_puts_right_what_failed(up: Up, game: Path) -> None:
    """List, look, repair, replay: the user's export completes under its own id."""
    project = project_id_of(game)
    up.cli("push", str(game))
    lost = asyncio.run(take_away(up, project))
    failed = up.cli("export", project, "--platform", "source", "--wait")
    assert failed.returncode == 3
    listed = up.json("dead-letters", "ls", "--platform", "source")["deadLetters"]
    letter = next(found for found in listed if found["projectId"] == project)
    seq, export = str(letter["seq"]), f"{project}/{letter['exportId']}"
    assert up.json("status", export)["deadLetter"] == seq
    assert seq in failed.stderr
    (group,) = [
        found
        for found in up.json("dead-letters", "ls", "--group")["groups"]
        if found["cause"] == letter["cause"]
    ]
    assert group["open"] >= 1
    shown = up.cli("dead-letters", "show", seq).stdout
    assert letter["exportId"] in shown
    assert "ObjectLostError" in shown
    table = up.cli("dead-letters", "ls").stdout
    assert letter["exportId"] in table
    assert len(table.splitlines()) == len(up.json("dead-letters", "ls")["deadLetters"]) + 1

    dry = up.json("dead-letters", "replay", "--cause", letter["cause"], "--dry-run")
    assert dry["counts"] == {"replayed": 1}
    asyncio.run(bring_back(up, lost))
    replayed = up.cli("dead-letters", "replay", seq, "--why", "the files are back")
    assert (replayed.returncode, "replayed" in replayed.stdout) == (0, True)
    assert up.cli("watch", export).returncode == 0
    state = up.json("status", export)
    assert (state["status"], state["generation"], state["deadLetter"]) == ("completed", 2, None)

    again = up.json("dead-letters", "replay", seq)
    assert (again["duplicate"], again["export"]["status"]) == (True, "completed")
    job = up.json("dead-letters", "replay", "--cause", letter["cause"], "--rate", "100")
    assert job["counts"] == {"duplicate": 1}
    assert up.json("dead-letters", "drop", seq, "--why", "done")["dropped"] == 1
    gone = up.cli("dead-letters", "show", seq)
    assert (gone.returncode, "no dead letter" in gone.stderr) == (6, True)


@pytest.mark.timeout(240)
def test_many_are_not_replayed_before_the_cause_is_put_right(up: Up, game: Path) -> None:
    """The first fails again: exit code 3, and the other was not even tried."""
    project = project_id_of(game)
    up.cli("push", str(game))
    lost = asyncio.run(take_away(up, project))
    failed = [up.cli("export", project, "--platform", "source", "--wait") for _ in range(2)]
    assert [done.returncode for done in failed] == [3, 3]
    letters = [
        found
        for found in up.json("dead-letters", "ls", "--platform", "source")["deadLetters"]
        if found["projectId"] == project
    ]
    assert len(letters) == 2
    replayed = up.cli("dead-letters", "replay", "--cause", letters[0]["cause"])
    assert replayed.returncode == 3
    assert "failed again" in replayed.stderr
    states = [up.json("status", f"{project}/{found['exportId']}") for found in letters]
    assert sorted(state["generation"] for state in states) == [1, 2]
    asyncio.run(bring_back(up, lost))


@pytest.mark.parametrize(
    "arguments",
    [
        ("replay",),
        ("drop",),
        ("replay", "1", "--all"),
        ("drop", "1", "--cause", "x"),
        ("replay", "1", "--dry-run"),
        ("drop", "zero"),
        ("show",),
    ],
)
def test_nothing_is_done_to_dead_letters_by_mistake(up: Up, arguments: tuple[str, ...]) -> None:
    """Neither which nor all, or both: wrong usage."""
    assert up.cli("dead-letters", *arguments).returncode == 2


def test_dead_letters_are_for_operators(up: Up) -> None:
    """A user's token is refused."""
    token = up.cli("token", "--user", "ann").stdout.strip()
    url = up.ready().gateway_url
    refused = up.cli("dead-letters", "ls", AETHEL_EXPORT_URL=url, AETHEL_EXPORT_TOKEN=token)
    assert (refused.returncode, "operators" in refused.stderr) == (7, True)
