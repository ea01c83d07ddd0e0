"""The client of NATS, with what rotated passwords and late answers need put right, and timed.

nats-py 2.16 reads addresses, certificates and the public NKey once, and it closes for good where a
server says why it hangs up: as one does whose password has been changed. And it hears nothing any
more once a flush is answered that nobody waits for. For a request it makes up a random name, and
for its answer it wakes two tasks. The methods below are its own; ``test_rotation.py`` and
``test_late_answers.py`` in ``tests/integration/jetstream`` see to it that they are still called.
"""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

import nats.errors
from nats.aio.client import Client

from shared.errors import ConfigurationError
from shared.jetstream import timing
from shared.jetstream.errors import AWAY
from shared.jetstream.sign_in import addresses, proof, tls_context

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

    from nats.aio.msg import Msg

    from shared.settings import NatsSettings

CONNECT: Final = b"CONNECT "


class RenewingClient(Client):
    """Signs in by what the settings' files say at that moment, and never gives up by itself."""

    def __init__(self, settings: NatsSettings) -> None:
        super().__init__()
        self._settings = settings
        self._listed: list[str] = []
        self._asked = 0

    @property
    def ssl_context(self) -> ssl.SSLContext:
        """What the next handshake is made with."""
        with _tried_again():
            return tls_context(self._settings)

    async def request(
        self,
        subject: str,
        payload: bytes = b"",
        timeout: float = 0.5,  # noqa: ASYNC109 - the client's own
        old_style: bool = False,  # noqa: FBT001, FBT002 - likewise
        headers: dict[str, Any] | None = None,
    ) -> Msg:
        """Ask, and measure how long that takes; publishing to a stream is asking, too."""
        operation, began = timing.operation_of(subject), time.perf_counter()
        try:
            answer = await super().request(subject, payload, timeout, old_style, headers)
        except AWAY:
            timing.failed(operation)
            raise
        timing.answered(operation, began, answer.data)
        return answer

    async def _request_new_style(
        self,
        subject: str,
        payload: bytes,
        timeout: float = 1,  # noqa: ASYNC109 - the client's own
        headers: dict[str, Any] | None = None,
    ) -> Msg:
        if self.is_draining_pubs:
            raise nats.errors.ConnectionDrainingError
        if not self._resp_sub_prefix:
            await self._init_request_sub()
        assert self._resp_sub_prefix  # noqa: S101 - it has just been made
        self._asked += 1  # nobody can guess the inbox, and no number comes twice in it
        token, answered = str(self._asked), asyncio.get_running_loop().create_future()
        overdue = answered.get_loop().call_later(timeout, _give_up, answered)
        self._resp_map[token] = answered
        try:
            inbox = self._resp_sub_prefix.decode() + token
            await self.publish(subject, payload, reply=inbox, headers=headers)
            answer: Msg = await answered
            return answer
        finally:
            overdue.cancel()
            self._resp_map.pop(token, None)

    async def _process_msg(
        self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: bytes
    ) -> None:
        prefix = self._resp_sub_prefix
        if not prefix or not subject.startswith(prefix):
            await super()._process_msg(sid, subject, reply, data, headers)
            return
        self.stats["in_msgs"] += 1
        self.stats["in_bytes"] += len(data)
        answered = self._resp_map.get(subject[len(prefix) :].decode())
        if answered is not None and not answered.done():
            found = await self._process_headers(headers)
            answered.set_result(self._build_message(sid, subject, reply, data, found))

    async def _select_next_server(self) -> None:
        with suppress(ConfigurationError):  # told by _connect_command, which is not tried so fast
            listed = server_list(self._settings)
            if listed != self._listed:
                self.set_server_pool(listed)
                self._listed = listed
        if self._transport is not None and not self.is_connected:
            self._transport.close()  # type: ignore[no-untyped-call]  # of the last try
        await super()._select_next_server()

    def _connect_command(self) -> bytes:
        options = json.loads(super()._connect_command().removeprefix(CONNECT))
        server = self._current_server
        assert server is not None  # noqa: S101 - it has just greeted us
        with _tried_again():
            options |= proof(self._settings, server.uri, self._server_info.get("nonce", ""))
        return CONNECT + json.dumps(options).encode() + b"\r\n"

    async def _process_pong(self) -> None:
        if self._pongs and self._pongs[0].done():  # its flush has timed out or was cancelled
            self._pongs[0] = asyncio.Future()
        await super()._process_pong()

    async def _process_err(self, err_msg: str) -> None:
        await self._error_cb(nats.errors.Error(f"nats: {err_msg.strip(chr(39))}"))


def server_list(settings: NatsSettings) -> list[str]:
    """The servers of ``NATS_URL`` without users and passwords: those are added when they are sent.

    Raises:
        ConfigurationError: One is no address.
    """
    return [
        url._replace(netloc=url.netloc.rpartition("@")[2]).geturl() for url in addresses(settings)
    ]


def _give_up(answered: asyncio.Future[Msg]) -> None:
    if not answered.done():
        answered.set_exception(nats.errors.TimeoutError())


@contextmanager
def _tried_again() -> Iterator[None]:
    """A file that cannot be used now costs one try: its writer may not have finished."""
    try:
        yield
    except ConfigurationError as error:
        raise nats.errors.Error(str(error)) from error
