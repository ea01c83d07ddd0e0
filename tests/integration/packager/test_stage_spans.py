"""The spans of a build's stages end with it, wherever it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from services.packager.storage.object_fetcher import ObjectFetcher
from shared.jetstream.progress_reporter import ProgressReporter
from shared.tracing import spans
from shared.tracing.context import TraceContext, within
from tests.integration.packager.test_handler import PAGE, _requested
from tests.projects import store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nats.js import JetStreamContext

    from services.packager.handler import PackagerHandler
    from services.packager.storage.disk_cache import DiskCache
    from shared.storage.bucket import Storage


class _Named(spans.NoSpan):
    """Says that it has ended."""

    def __init__(self, name: str, ended: list[str]) -> None:
        self._name = name
        self._ended = ended

    def end(self, at: float | None = None) -> None:  # noqa: ARG002 - the protocol's
        self._ended.append(self._name)


class _Recorder:
    """Which spans have begun, and which have ended."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ended: list[str] = []

    def start(self, name: str, parent: TraceContext | None, **_: Any) -> _Named:  # noqa: ARG002 - the protocol's
        self.begun.append(name)
        return _Named(name, self.ended)


@pytest.fixture
def recorder() -> Iterator[_Recorder]:
    """What records while the test runs."""
    recorder = _Recorder()
    spans.record_with(recorder)
    yield recorder
    spans.record_with(None)


async def _failing(handler: PackagerHandler, storage: Storage, js: JetStreamContext) -> None:
    event = _requested(await store(storage, {"index.html": PAGE}), "web")
    reporter = ProgressReporter(js, event.export_id, event.generation)
    with within(TraceContext.of_id(event.export_id)), pytest.raises(OSError, match=r"work|disk"):
        await handler(event, reporter)
    await reporter.close()


async def test_no_span_is_lost_where_there_is_no_folder_to_build_in(
    recorder: _Recorder,
    handler: PackagerHandler,
    storage: Storage,
    cache: DiskCache,
    js: JetStreamContext,
) -> None:
    """The build has not begun: what was begun before has ended."""
    work = cache.folder / "work"
    work.rmdir()
    work.write_bytes(b"")
    await _failing(handler, storage, js)
    assert sorted(recorder.begun) == sorted(recorder.ended)


async def test_no_span_is_lost_where_the_cache_cannot_be_read(
    recorder: _Recorder,
    handler: PackagerHandler,
    storage: Storage,
    js: JetStreamContext,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The plan ends where it fails."""

    async def unreadable(_: ObjectFetcher) -> int:
        raise OSError("disk")

    monkeypatch.setattr(ObjectFetcher, "missing_bytes", unreadable)
    await _failing(handler, storage, js)
    assert sorted(recorder.begun) == sorted(recorder.ended)
    assert {"plan", "plan: reading"} <= set(recorder.ended)
