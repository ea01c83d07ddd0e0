"""Lists of a project's exports: a page of them, all that run, all that may be played."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final, TypeGuard

from services.gateway.exports.export_list import RUNNING, ExportPage, kind_of
from services.gateway.exports.export_order import is_id
from services.gateway.http.pagination import open_token, token
from shared.errors import InvalidRequestError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Sequence

    from services.gateway.exports.export_index import ExportIndex
    from services.gateway.exports.export_list import ExportFilter, ExportSummary
    from services.gateway.exports.export_order import ExportOrder
    from services.gateway.exports.exports import Exports
    from shared.domain.export_document import Document

    Read = tuple[str, Document | None]  # an export and its document

MOST_LOOKED_AT: Final = 500  # documents for one page
READ_AT_ONCE: Final = 100  # of those, where many may not match


class ExportLists:
    """Goes by the index, and reads the documents of what is shown.

    Args:
        exports: Reads each.
        index: Which there are.
    """

    def __init__(self, exports: Exports, index: ExportIndex) -> None:
        self._exports = exports
        self._index = index

    async def page(
        self, project_id: str, wanted: ExportFilter, *, size: int, page_token: str | None
    ) -> ExportPage:
        """A page of a project's exports, newest first.

        One request looks at ``MOST_LOOKED_AT`` documents at most, a batch at a time, and at none
        that is known not to match. Where few of the others do, the page is short or even empty, and
        its token leads on from there; only the last page has none.

        Raises:
            InvalidRequestError: The token is not one of ours.
        """
        before = None if page_token is None else open_token(page_token)
        if before is not None and not is_id(before):
            raise InvalidRequestError("page_token is not one of ours")
        order, kinds = await self._index.of(project_id), wanted.kinds
        shown: list[ExportSummary] = []
        looked_at = 0
        while looked_at < MOST_LOOKED_AT and len(shown) < size:
            most = READ_AT_ONCE if wanted.is_narrow else size - len(shown)
            ids = order.older(before, kinds, limit=min(most, MOST_LOOKED_AT - looked_at))
            if not ids:
                return ExportPage(exports=shown, next_page_token=None)
            documents = _upto(
                await self._documents(project_id, _enough(ids, size - len(shown)), order),
                kinds,
                size - len(shown),
            )
            before, looked_at = documents[-1][0], looked_at + len(documents)
            summaries = await asyncio.gather(
                *(self._exports.summary(each) for _, each in documents if _is_of(each, kinds))
            )
            shown += [summary for summary in summaries if wanted.matches(summary)]
        has_more = bool(order.older(before, kinds, limit=1))
        return ExportPage(exports=shown, next_page_token=token(before or "") if has_more else None)

    async def documents(
        self, project_id: str, wanted: ExportFilter, *, at_once: int = READ_AT_ONCE
    ) -> AsyncIterator[Document]:
        """The exports of a project that may be of these, newest first, as they are folded."""
        order, before, kinds = await self._index.of(project_id), None, wanted.kinds
        while found := order.older(before, kinds, limit=at_once):
            ids = [export_id for export_id, _ in found]
            for _, document in await self._documents(project_id, ids, order):
                if _is_of(document, kinds):
                    yield document
            before = ids[-1]

    async def running(self, project_id: str) -> AsyncIterator[Document]:
        """The exports of a project that have not ended, with all that has happened to them."""
        async for folded in self.documents(project_id, RUNNING):
            document = await self._exports.get(project_id, folded.state.id)
            if not document.state.ended:
                yield document

    def accepted(self, document: Document) -> None:
        """Show an export in lists from now on, however late its document comes."""
        self._index.unfolded.add(document.state.project_id, document.state.id)

    async def _documents(
        self, project_id: str, ids: Sequence[str], order: ExportOrder
    ) -> list[Read]:
        """The documents of exports, in their order; None of one that is gone meanwhile."""
        found = await asyncio.gather(*(self._document(project_id, one, order) for one in ids))
        return list(zip(ids, found, strict=True))

    async def _document(
        self, project_id: str, export_id: str, order: ExportOrder
    ) -> Document | None:
        """As far as it is folded; of one that was just accepted, what its events come to."""
        document = await self._exports.folded(project_id, export_id)
        if document is not None:
            order.learn(export_id, kind_of(document.state))
            self._index.unfolded.remove(project_id, export_id)
        elif export_id in self._index.unfolded.of(project_id):
            with suppress(NotFoundError):
                return await self._exports.get(project_id, export_id)
        else:
            order.forget(export_id)
        return document


def _enough(found: Sequence[tuple[str, bool]], wanted: int) -> list[str]:
    """Ids up to where so many are known to be wanted: nothing is read that no page would show."""
    ids = []
    for export_id, is_known in found:
        ids.append(export_id)
        wanted -= is_known
        if wanted == 0:
            break
    return ids


def _upto(documents: list[Read], kinds: Collection[int], wanted: int) -> list[Read]:
    """Documents up to where so many are of these kinds."""
    places = [at for at, (_, document) in enumerate(documents, 1) if _is_of(document, kinds)]
    return documents[: places[wanted - 1]] if len(places) >= wanted else documents


def _is_of(document: Document | None, kinds: Collection[int]) -> TypeGuard[Document]:
    return document is not None and kind_of(document.state) in kinds
