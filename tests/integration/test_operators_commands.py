"""The operator's commands with nothing but the operator's user of NATS and key of the storage."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest
from click.testing import CliRunner

from cli.__main__ import cli
from cli.exit_codes import for_error
from cli.local.environment import ANY_PROCESS
from cli.stream_room import size_text
from shared.domain.events import ExportCanceled, ExportFailed, now
from shared.domain.export_document import fold
from shared.domain.project import Project
from shared.jetstream import topology
from shared.jetstream.event_log import EventLog
from shared.jetstream.key_value import KeyValueStore
from shared.jetstream.permissions import OPERATOR, SWEPT
from shared.jetstream.room import room_for
from shared.storage import keys
from shared.stores.artifacts import ArtifactRecord, bind_artifacts
from shared.stores.build_results import BuildResult, BuildResults
from shared.stores.exports import bind_exports
from shared.stores.play_links import INDEX, Target
from shared.stores.projects import bind_projects, project_key
from shared.stores.sweep_hold import SweepHeldError
from tests.servers import storage_environ
from tests.unit.sample_events import ARTIFACT, OOPS, identity, requested

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result
    from nats.js import JetStreamContext

    from shared.storage.bucket import Storage
    from tests.servers import Servers

LATE = "01900000-0000-7000-8000-000000000002"  # an export that a deletion has missed
# What every pod's configuration names, though only some of them have it or may reach it.
OF_OTHERS = {
    "JWT_JWKS_URL": "http://127.0.0.1:1/keys",
    "JWT_ISSUER": "https://identity.example",
    "JWT_AUDIENCE": "exports",
    "PACKAGER_NPM_REGISTRY": "http://127.0.0.1:1/",
    "PACKAGER_SIGNING_DIR": "/nowhere",
    "BUILD_MINUTES_DEFAULT_PLAN": "pro",
}
NOT_HERE = {
    "JWT_SECRET",
    "identity provider",
    "runtime templates",
    "signing keys",
    "package registry",
    "browser for films",
    "programs of the local stack",
}


@pytest.fixture(autouse=True)
def _operators_place(servers: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine as the cluster's ``operator-0``: no checkout, no secret of a service."""
    for name in os.environ.keys() - ANY_PROCESS:
        if name != "PYTEST_CURRENT_TEST":
            monkeypatch.delenv(name)
    given = {
        "NATS_URL": servers.nats_url_of(OPERATOR),
        "S3_ENDPOINT": servers.s3.endpoint,
        "S3_BUCKET": servers.s3.bucket,
        **storage_environ(OPERATOR, servers.s3),
        **OF_OTHERS,
        "PATH": str(tmp_path),
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("services.packager.settings.BUILT", tmp_path / "templates")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))


async def run(*arguments: str) -> Result:
    """A command, in this process; its exit code as ``aethel-export`` would end."""
    result = await asyncio.to_thread(CliRunner().invoke, cli, arguments, standalone_mode=False)
    if result.exception is not None:
        result.exit_code = for_error(result.exception)
    return result


async def done(*arguments: str) -> str:
    """What a command says that goes well."""
    result = await run(*arguments)
    assert result.exit_code == 0, result.output or result.exception
    return result.output


async def _garbage(js: JetStreamContext, storage: Storage) -> None:
    """Something in each bucket that a sweep changes, and objects that it deletes."""
    projects = await bind_projects(js)
    record = Project(id="gone", name="G", owner="u", created_at=now(), updated_at=now(), head=None)
    await projects.create(project_key("gone"), msgspec.structs.replace(record, deleted_at=now()))
    deleted = msgspec.structs.replace(record, id="deleted", deleted_at=now())
    await projects.create(project_key("deleted"), deleted)
    result = BuildResult(artifact_key="of-a-deleted-project", built_at=now())
    results, later = await BuildResults.bind(js), now() + timedelta(days=1)
    await results.keep("deleted", "0" * 64, result, until=later)
    await projects.create(project_key("p"), msgspec.structs.replace(record, id="p"))
    exports = await bind_exports(js)
    late = msgspec.structs.replace(requested(), project_id="gone", export_id=LATE)
    await exports.create(f"gone.{LATE}", fold(None, late, 1))
    ended = {**identity(), "at": now() - timedelta(days=91)}
    old = fold(fold(None, requested(), 1), ExportFailed(**ended, stage="build", error=OOPS), 2)
    await exports.create(f"p.{old.state.id}", old)
    made = msgspec.structs.replace(ARTIFACT, key=keys.artifact("p", "old", "game.zip"))
    await storage.put(made.key, b"bytes")
    await storage.put(keys.blob("p", 0, "9" * 64), b"nobody names it")
    expired = ArtifactRecord(
        project_id="p", state="ready", artifact=made, expires_at=now() - timedelta(seconds=1)
    )
    await (await bind_artifacts(js)).create("p.old", expired)
    tokens = await KeyValueStore.bind(js, topology.PLAY_LINKS_BUCKET.name, Target)
    await tokens.create(f"{INDEX}opens-nothing", Target(project_id="gone", export_id=None))


async def _last_seqs(js: JetStreamContext) -> dict[str, int]:
    """Of every bucket that a sweep changes."""
    return {b.name: (await js.stream_info(b.stream)).state.last_seq for b in SWEPT}


async def test_the_operator_needs_no_other_credentials(
    js: JetStreamContext, storage: Storage, tmp_path: Path
) -> None:
    """Everything that ``operator-0`` is for, one after the other; the doctor then is content."""
    assert "stream EXPORTS" in await done("streams", "apply")
    await done("storage", "apply")
    assert "nothing is erased until" in await done("sweep", "--hold", "1")
    held = await run("sweep", "--now")
    assert isinstance(held.exception, SweepHeldError)
    await done("sweep", "--resume")

    await _garbage(js, storage)
    before = await _last_seqs(js)
    swept = json.loads(await done("sweep", "--now", "--grace", "0", "--json"))
    kinds = {kind for kind, count in swept.items() if count}
    assert kinds == {"artifact", "export", "object", "project"}
    assert [name for name, seq in (await _last_seqs(js)).items() if seq == before[name]] == []
    assert [item.key async for item in storage.objects(keys.PROJECTS)] == []
    (_, event) = await EventLog(js).last(LATE) or (0, None)
    assert isinstance(event, ExportCanceled)

    assert "is whole" in await done("streams", "backup", str(tmp_path / "backup"))
    findings = [json.loads(line) for line in (await done("doctor", "--json")).splitlines()]
    assert {finding["name"] for finding in findings if not finding["here"]} == NOT_HERE
    assert "FIX" not in await done("doctor")


@pytest.mark.usefixtures("storage")  # empty: nobody has put the object that services read
async def test_the_doctor_still_says_what_is_to_be_mended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """That something need not be here is no excuse for what was set wrong."""
    monkeypatch.setenv("PACKAGER_TEMPLATES_DIR", "/misspelt")
    result = await run("doctor")
    told = result.output.splitlines()
    assert result.exit_code != 0
    assert any(line.startswith("FIX  runtime templates") for line in told), told
    assert any("run `aethel-export storage apply`" in line for line in told), told


async def test_streams_are_looked_at_and_given_room(js: JetStreamContext) -> None:
    """What is given stays when streams are applied again; less than those give is refused."""
    await done("streams", "apply")
    enough = (await js.stream_info("KV_exports")).config.max_bytes
    assert enough == room_for(25_000)["KV_exports"]
    said = await done("streams", "resize", "KV_exports", "20.5GiB")
    assert said == f"KV_exports had room for {size_text(enough)}, now 20.5 GiB\n"
    await done("streams", "apply")
    assert (await js.stream_info("KV_exports")).config.max_bytes == 41 << 29
    await js.delete_stream("LOGS")
    await EventLog(js).publish(requested())
    lines = [line.split() for line in (await done("streams", "ls")).splitlines()]
    rows = {line[0]: line for line in lines if line}
    assert rows["KV_exports"][:6] == ["KV_exports", "0", "0", "20.5", "GiB", "0%"]
    assert int(rows["KV_exports"][6].replace(",", "")) > 25_000
    assert rows["EXPORTS"][1] == "1"
    assert rows["LOGS"][1:4] == ["does", "not", "answer:"]
    assert rows["packager-web"][:4] == ["packager-web", "1", "0", "0"]
    for stream, size, code in (("EXPORTS", "1GiB", 2), ("EXPORTS", "2 GB", 2), ("NONE", "9GiB", 6)):
        assert (await run("streams", "resize", stream, size)).exit_code == code
    refused = await run("streams", "resize", "EXPORTS", "900000TiB")
    assert "does not give EXPORTS so much" in str(refused.exception)
