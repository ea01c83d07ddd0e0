"""What a service's listener gives to its connections."""

from __future__ import annotations

import socket

from shared.service.process import listen


def test_answers_are_sent_at_once() -> None:
    """A body that waited for the receipt of its head would be 40 ms late."""
    with (
        listen("127.0.0.1:0") as listener,
        socket.create_connection(listener.getsockname()),
        listener.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
