"""The users of NATS in tests: each service its own, and one more for whoever tests."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

import msgspec

from shared.jetstream.connection import connect
from shared.jetstream.permissions import Permissions
from shared.settings import NatsSettings, load

if TYPE_CHECKING:
    from pathlib import Path

    from nats.aio.client import Client

    from cli.local.credentials import Credentials
    from cli.local.state import StackState

NATS_LOG: Final = "logs/nats.log"  # in a data folder
VIOLATION: Final = " Violation - "  # of a publish or of a subscription, as nats-server writes it
SAID: Final = re.compile(r'user:(\w+)" - <<- \[(PUB|HPUB|SUB) (\S+)')
VERBS: Final = {"PUB": "publish", "HPUB": "publish", "SUB": "subscribe"}
TESTER: Final = {"tester": Permissions((">",), (">",))}


def with_tester(credentials: Credentials) -> Credentials:
    """The credentials with the tester's, who has no place in a data folder."""
    return msgspec.structs.replace(credentials, nats={**credentials.nats, "tester": "tester"})


def used(log: Path) -> dict[str, set[tuple[str, str]]]:
    """What each user has said to a server that writes everything down: verbs and subjects."""
    said = defaultdict[str, set[tuple[str, str]]](set)
    with log.open(errors="replace") as lines:
        for line in lines:
            if found := SAID.search(line):
                user, verb, subject = found.groups()
                said[user].add((VERBS[verb], subject))
    return said


def matches(pattern: str, subject: str) -> bool:
    """Whether a subject, with wildcards of its own or without, lies within a pattern."""
    wanted, given = pattern.split("."), subject.split(".")
    for place, token in enumerate(wanted):
        if token == ">":
            return len(given) > place
        if place >= len(given) or (token not in {"*", given[place]}) or given[place] == ">":
            return False
    return len(wanted) == len(given)


async def connect_as(user: str, state: StackState) -> Client:
    """A connection to the NATS of a local stack, as one of its services or its operator."""
    return await connect(load(NatsSettings, state.identities[user]), name=user)


def nobody_was_denied(*logs: Path) -> None:
    """Fail where a server has refused anybody anything: a permission is missing in the table."""
    denied = [line for log in logs for line in log.read_text().splitlines() if VIOLATION in line]
    assert not denied, "\n".join(denied[:20])
