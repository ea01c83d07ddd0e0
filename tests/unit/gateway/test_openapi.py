from __future__ import annotations

import json
import pkgutil
import re
import subprocess
import sys
from importlib import import_module
from typing import Any, Final

import pytest

import services.gateway
import shared
from services.gateway.document.refusals import CODES
from services.gateway.openapi import document
from shared.domain.export_document import State
from shared.domain.platforms import PLATFORMS
from shared.errors import ConfigurationError, ExportError
from tests.integration.gateway.described import DOCUMENT

SCHEMAS: Final[dict[str, Any]] = DOCUMENT["components"]["schemas"]
OPERATIONS: Final = [
    (f"{method} {path}", operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
    if path.startswith("/api/")
]


def test_it_is_printed_without_servers_and_always_the_same() -> None:
    """Another process, with another hash seed, writes the same bytes."""
    command = [sys.executable, "-m", "services.gateway.openapi"]
    printed = subprocess.run(command, capture_output=True, check=True, env={"PYTHONHASHSEED": "7"})
    assert printed.stdout == document() + b"\n"


def test_schemas_have_plain_names() -> None:
    """No module path, and what is shown of a thing is named as the thing."""
    assert all(re.fullmatch(r"[A-Z][A-Za-z]+", name) for name in SCHEMAS)
    assert {"State", "Platform", "Project", "Quota", "LogLine", "Problem"} <= SCHEMAS.keys()
    assert not [name for name in SCHEMAS if name.endswith("View")]


def test_every_reference_leads_somewhere() -> None:
    """Generators of client types stop at one that does not."""
    wanted = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(DOCUMENT)))
    assert wanted <= SCHEMAS.keys()


def test_every_key_of_a_state_is_always_there() -> None:
    """Clients need not ask whether one is."""
    assert set(SCHEMAS["State"]["required"]) == set(State.__struct_encode_fields__)
    assert "default" not in json.dumps(SCHEMAS["State"])


def test_what_clients_send_may_be_left_out() -> None:
    """An option that is not given has its default."""
    assert SCHEMAS["ExportOptions"]["required"] == []
    assert SCHEMAS["ExportOptions"]["properties"]["compression"]["default"] == "zstd"


def test_the_messages_of_the_websocket_are_told_apart_by_their_type() -> None:
    """``oneOf`` with a discriminator, which openapi-typescript makes a union of."""
    message = SCHEMAS["WebSocketMessage"]
    assert message["discriminator"]["propertyName"] == "type"
    for tag, reference in message["discriminator"]["mapping"].items():
        schema = SCHEMAS[reference.rpartition("/")[2]]
        assert schema["properties"]["type"] == {"enum": [tag]}
        assert "type" in schema["required"]


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=[name for name, _ in OPERATIONS])
def test_every_route_describes_its_answers(name: str, operation: dict[str, Any]) -> None:
    """A body has a schema of its own, and what any route may refuse with is described."""
    assert {"400", "401", "429", "500", "503"} <= operation["responses"].keys()
    for status, answer in operation["responses"].items():
        if int(status) >= 400:
            assert answer["$ref"].startswith(f"#/components/responses/Problem{status}"), name
        for media_type, content in answer.get("content", {}).items():
            if media_type == "application/json":
                assert content["schema"].keys() & {"$ref", "oneOf"}, name


def test_every_code_of_our_own_errors_is_described() -> None:
    """By its status: those of the gateway, and of what it shares with others."""
    for package in (shared, services.gateway):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                import_module(module.name)
    errors = {error for error in subclasses(ExportError) if is_of_the_api(error)}
    assert len(errors) > 30
    missing = {
        (error.status, error.code) for error in errors if error.code not in CODES[error.status]
    }
    assert not missing


def subclasses(error: type[ExportError]) -> set[type[ExportError]]:
    """All below it."""
    found = set(error.__subclasses__())
    return found.union(*map(subclasses, found))


def is_of_the_api(error: type[ExportError]) -> bool:
    """Not of what only workers do, nor of the page and of operators' own commands."""
    others = (
        "shared.worker",
        "shared.templates",
        "shared.jetstream.snapshots",
        "shared.stores.sweep_hold",
    )
    room = error.__module__
    if error.status == ConfigurationError.status or room.startswith(
        ("services.gateway.page", *others)
    ):
        return False
    return room.startswith(("services.gateway", "shared"))


def test_the_options_of_platforms_are_described() -> None:
    """Forms are made of them."""
    assert PLATFORMS
    assert SCHEMAS["Platform"]["properties"]["options"]["$ref"].endswith("/PlatformOptions")
    assert "maxLength" in SCHEMAS["OptionSchema"]["properties"]
