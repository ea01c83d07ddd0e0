"""What another program of the same machine gets out of a running stack without its credentials."""

from __future__ import annotations

import itertools
import json
import os
import secrets
import ssl
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli.local.environment import ANY_PROCESS, SERVICES
from cli.local.stack import local_stack
from cli.local.storage_doors import client_context, secure
from shared.settings import S3Settings, load, names
from shared.storage import keys
from shared.storage.bucket import open_storage
from tests.hostile.doors import ask_grpc, ask_http, doors, group, text_field

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncIterator, Callable, Iterator

    from cli.local.process import Child
    from cli.local.stack import Stack
    from shared.storage.bucket import Storage
    from tests.hostile.doors import Door

NEEDLE = f"needle-{secrets.token_hex(8)}"  # a tenant's project
OBJECT = keys.blob(NEEDLE, 0, "0" * 64)
CALLERS_OWN = {
    "DEPLOY_TOKEN": "the caller's own secret",
    "WEED_GRPC_CA": "/nowhere",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/nowhere",
    "AWS_PROFILE": "one that is not there",
}
PATHS = (
    *("/", "/?pretty=y", "/ui/index.html", "/status", "/metrics", "/healthz", "/debug/pprof/"),
    *("/dir/status", "/dir/assign", "/dir/lookup?volumeId=1", "/vol/status", "/vol/grow?count=1"),
    *("/vol/vacuum", "/col/delete?collection=aethel", "/collection/info?collection=aethel"),
    *("/cluster/status", "/cluster/healthz", "/raft/stats", "/stats/counter", "/stats/disk"),
    *("/buckets/", "/buckets/aethel/?limit=9", f"/buckets/aethel/{OBJECT}", "/?recursive=true"),
    *("/aethel", "/aethel/?list-type=2", f"/aethel/{OBJECT}", "/aethel?policy", "/aethel?acl"),
    *("/?Action=ListUsers", "/?Action=AssumeRole", "/1,0123456789", "/1/0123456789/x", "/.tus/x"),
)
METHODS = ("GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")
PROJECTS = text_field(1, "/buckets/aethel/projects")
DELETE_DATA = bytes([4 << 3, 1, 5 << 3, 1])  # with what is in it
LIST = ("/filer_pb.SeaweedFiler/ListEntries", PROJECTS)
DELETE = ("/filer_pb.SeaweedFiler/DeleteEntry", PROJECTS + text_field(2, NEEDLE) + DELETE_DATA)
CALLS = (
    LIST,
    DELETE,
    ("/filer_pb.SeaweedFiler/GetFilerConfiguration", b""),
    ("/filer_pb.SeaweedIdentityAccessManagement/ListUsers", b""),
    ("/master_pb.Seaweed/VolumeList", b""),
    ("/master_pb.Seaweed/CollectionDelete", text_field(1, "aethel")),
    ("/volume_server_pb.VolumeServer/VolumeServerStatus", b""),
    ("/volume_server_pb.VolumeServer/DeleteCollection", text_field(1, "aethel")),
    ("/s3_pb.SeaweedS3/Configure", b""),
    ("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", text_field(7, "")),
    ("/no.such.Service/Method", b""),
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the stack."""
    return tmp_path_factory.mktemp("doors") / "data"


@pytest.fixture(scope="module")
def stack(data: Path) -> Iterator[Stack]:
    """A whole stack, started by somebody whose environment is full."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in CALLERS_OWN.items():
            patch.setenv(name, value)
        with local_stack(data, lasting=False) as running:
            patch.undo()
            yield running


@pytest.fixture
async def storage(stack: Stack) -> AsyncIterator[Storage]:
    """The stack's storage, with the needle in it."""
    gateways = {**stack.state.env, **stack.state.identities["gateway"]}
    async with open_storage(load(S3Settings, gateways)) as opened:
        await opened.put(OBJECT, b"a tenant's bytes")
        yield opened


@pytest.fixture(scope="module")
def identities(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext | None, ...]:
    """How a stranger may come: in plain text, without a certificate, or with one of their own."""
    anonymous = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anonymous.check_hostname = False
    anonymous.verify_mode = ssl.CERT_NONE
    foreign = tmp_path_factory.mktemp("foreign")
    secure(foreign)
    stranger = client_context(foreign)
    stranger.check_hostname = False
    stranger.verify_mode = ssl.CERT_NONE
    return (None, anonymous, stranger)


def child(stack: Stack, name: str) -> Child:
    """A process of the stack."""
    return next(child for child in stack.children if child.name == name)


def doors_of(stack: Stack, name: str) -> list[Door]:
    """Where it listens."""
    return sorted(doors(group(child(stack, name).pid)), key=lambda door: (door.port, door.host))


def test_everything_listens_on_loopback(stack: Stack) -> None:
    """No process of the stack can be reached from another machine."""
    for process in stack.children:
        found = doors_of(stack, process.name)
        assert found, process.name
        for door in found:
            assert not door.port or ip_address(door.host).is_loopback, (process.name, door)


async def test_nobody_lists_or_deletes_by_http(
    stack: Stack,
    storage: Storage,
    identities: tuple[ssl.SSLContext | None, ...],
    rng: random.Random,
    rounds: Callable[[int], Iterator[int]],
) -> None:
    """Whatever is asked at whichever of the storage's doors, nothing comes back."""
    found = doors_of(stack, "weed")
    assert len([door for door in found if door.port]) == 8
    s3 = load(S3Settings, stack.state.env).endpoint
    for _ in rounds(3):
        for door, identity in itertools.product(found, identities):
            method, path = rng.choice(METHODS), rng.choice(PATHS)
            status, body = ask_http(door, method, path, tls=identity)
            asked = (door, method, path, status, body)
            assert b"aethel" not in body.replace(path.encode(), b"").lower() or status >= 400, asked
            assert not (status and status < 300 and body), asked
            if door.port and not s3.endswith(str(door.port)):
                assert status in {0, 400}, asked
    assert await storage.get(OBJECT) == b"a tenant's bytes"


async def test_nobody_lists_or_deletes_by_grpc(
    stack: Stack,
    storage: Storage,
    identities: tuple[ssl.SSLContext | None, ...],
    rng: random.Random,
    rounds: Callable[[int], Iterator[int]],
) -> None:
    """No door answers a gRPC call, in plain text or with a certificate that is not ours."""
    found = doors_of(stack, "weed")
    for _ in rounds(2):
        for door, identity in itertools.product(found, identities):
            calls = {LIST, DELETE, rng.choice(CALLS)}
            for method, message in calls:
                assert ask_grpc(door, method, message, tls=identity) == b"", (door, method)
    assert await storage.get(OBJECT) == b"a tenant's bytes"


async def test_the_certificate_opens_what_is_closed_to_others(
    data: Path, stack: Stack, storage: Storage
) -> None:
    """The same calls list and delete for whoever holds it: it is what keeps the others out."""
    mine = client_context(data / "s3-security")

    def answers(method: str, message: bytes) -> dict[Door, bytes]:
        found = {}
        for door in doors_of(stack, "weed"):
            try:
                found[door] = ask_grpc(door, method, message, tls=mine)
            except PermissionError:  # not the filer
                found[door] = b""
        return {door: answer for door, answer in found.items() if answer}

    listed = answers(*LIST)
    assert listed
    assert all(NEEDLE.encode() in answer for answer in listed.values())
    answers(*DELETE)
    assert not [item async for item in storage.objects(keys.blobs(NEEDLE))]


def test_nats_serves_nobody_without_the_password(stack: Stack, rng: random.Random) -> None:
    """Neither without one nor with another."""
    (door,) = doors_of(stack, "nats-server")
    for options in ({}, {"user": "aethel", "pass": f"{rng.getrandbits(128):032x}"}):
        with door.connect() as connection:
            answer = connection.makefile("rb")
            assert answer.readline().startswith(b"INFO ")
            connection.sendall(f"CONNECT {json.dumps(options)}\r\nPING\r\n".encode())
            assert answer.read().strip() == b"-ERR 'Authorization Violation'"


def secrets_of(stack: Stack, data: Path) -> set[bytes]:
    """Everything that must not be read by others."""
    kept = json.loads((data / "secrets.json").read_bytes())
    passwords = kept.pop("nats")
    found = {*kept.values(), *passwords.values(), stack.state.token, stack.state.service_token}
    found |= {identity["AWS_SECRET_ACCESS_KEY"] for identity in stack.state.identities.values()}
    found.discard("")  # the status service's
    found.add((data / "s3-security/key.pem").read_text().splitlines()[1])
    return {secret.encode() for secret in found}


def test_no_command_line_shows_a_secret(stack: Stack, data: Path) -> None:
    """Everybody can read the command lines of everybody's processes."""
    hidden = secrets_of(stack, data)
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            shown = path.read_bytes()
        except OSError:  # it has ended
            continue
        assert not any(secret in shown for secret in hidden), path


def test_each_process_gets_only_the_settings_that_it_reads(stack: Stack) -> None:
    """Who makes no tokens cannot: the packager holds no ``JWT_SECRET``."""
    weed = {"GOMEMLIMIT", *(name for name in _environ(stack, "weed") if "WEED_JWT_" in name)}
    allowed = {
        "nats-server": frozenset[str](),
        "weed": weed,
        **{name: names(settings) for name, settings in SERVICES.items()},
    }
    for process in stack.children:
        given = {name for name in _environ(stack, process.name) if not name.startswith("LC_")}
        assert given <= allowed[process.name] | ANY_PROCESS, process.name
        assert not given & CALLERS_OWN.keys()
    holders = {name for name in allowed if "JWT_SECRET" in _environ(stack, name)}
    assert holders == {"gateway", "status"}
    assert {name for name in allowed if "AWS_SECRET_ACCESS_KEY" in _environ(stack, name)} == {
        "gateway",
        "packager",
        "uploader",
    }


def test_nothing_in_the_data_folder_is_open_to_others(stack: Stack, data: Path) -> None:
    """The folder is closed, and every file that holds a secret is closed by itself, too."""
    assert data.stat().st_mode & 0o777 == 0o700
    hidden = secrets_of(stack, data)
    closed = set()
    for path in data.rglob("*"):
        if path.is_file() and any(secret in path.read_bytes() for secret in hidden):
            assert path.stat().st_mode & 0o077 == 0, path
            closed.add(path.name)
    assert closed >= {
        "secrets.json",
        "stack.json",
        "passwords.conf",
        "identities.json",
        "key.pem",
    }


def _environ(stack: Stack, name: str) -> dict[str, str]:
    raw = Path(f"/proc/{child(stack, name).pid}/environ").read_bytes()
    return dict(os.fsdecode(pair).split("=", 1) for pair in raw.split(b"\0") if pair)
