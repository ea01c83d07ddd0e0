from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

from openapi_spec_validator import OpenAPIV31SpecValidator

from documents.__main__ import FOLDER, stale
from tests.integration.gateway.conftest import open_gateway

if TYPE_CHECKING:
    from nats.aio.client import Client

    from shared.storage.bucket import Storage

OPENAPI: Final[dict[str, Any]] = json.loads((FOLDER / "openapi.json").read_bytes())
ASYNCAPI: Final[dict[str, Any]] = json.loads((FOLDER / "asyncapi.json").read_bytes())


def test_the_documents_are_what_the_code_says() -> None:
    """``make documents`` would change nothing, in another process with another hash seed, too."""
    assert not stale()
    command = [sys.executable, "-m", "documents", "--check"]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": "11"})


async def test_the_gateway_serves_the_same(nc: Client, storage: Storage) -> None:
    """What is checked in is what ``/schema/openapi.json`` answers."""
    async with open_gateway(nc, storage) as gateway:
        status, served = await gateway.user(None).call("GET", "/schema/openapi.json")
    assert (status, served) == (200, OPENAPI)


def test_openapi_is_valid_by_its_specification() -> None:
    """By a validator that is not ours."""
    assert not list(OpenAPIV31SpecValidator(OPENAPI).iter_errors())


def test_what_both_describe_they_describe_alike() -> None:
    """The state of an export is the same over HTTP and over the WebSocket."""
    ours, theirs = (document["components"]["schemas"] for document in (ASYNCAPI, OPENAPI))
    both = (ours.keys() & theirs.keys()) - {"LogLine"}  # of the stream, and as the gateway shows it
    assert {"State", "ExportStatus", "Log", "Gap", "ErrorMessage", "Ready"} <= both
    assert {name: ours[name] for name in both} == {name: theirs[name] for name in both}
