"""A message's place is what the client's own metadata say, whatever form the server's reply has."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nats.aio.msg import Msg
from nats.errors import NotJSMessageError

from shared.jetstream.pull_loop import Place

if TYPE_CHECKING:
    from nats.aio.client import Client

COUNTS = st.integers(1, 2**63 - 1)
STORED_NS = st.integers(0, 4_000_000_000 * 10**9)
FORMS = (
    "$JS.ACK.EXPORTS.status.{delivered}.{seq}.{own}.{stored_ns}.7",
    "$JS.ACK._.hash.EXPORTS.status.{delivered}.{seq}.{own}.{stored_ns}.7",
    "$JS.ACK.hub.hash.EXPORTS.status.{delivered}.{seq}.{own}.{stored_ns}.7.random",
)


def message(reply: str) -> Msg:
    """One that came in with that reply subject."""
    nobody: Any = SimpleNamespace()
    return Msg(cast("Client", nobody), "exports.started.web.one", reply, b"")


@given(form=st.sampled_from(FORMS), delivered=COUNTS, seq=COUNTS, own=COUNTS, stored_ns=STORED_NS)
def test_place_is_what_the_metadata_say(
    form: str, delivered: int, seq: int, own: int, stored_ns: int
) -> None:
    """For every form and number."""
    came = message(form.format(delivered=delivered, seq=seq, own=own, stored_ns=stored_ns))
    about = came.metadata
    assert Place.of(came) == Place(about.sequence.stream, about.timestamp, about.num_delivered == 1)


@pytest.mark.parametrize("reply", ["", "_INBOX.one", "$JS.API.STREAM.INFO.EXPORTS"])
def test_what_comes_from_no_consumer_has_no_place(reply: str) -> None:
    """As the metadata would say, too."""
    with pytest.raises(NotJSMessageError):
        Place.of(message(reply))
