"""``/`` and the files of the page, and ``/page.json``: what everybody may know."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import msgspec
from litestar import HttpMethod, Response, get, route

from services.gateway.http.negotiation import accepts, names_etag
from services.gateway.http.parameters import AnyRequest
from services.gateway.http.request_series import LABEL
from services.gateway.page.content_security import OF_ALL, OF_WORKERS
from services.gateway.page.files import Sample
from shared.errors import ExportError

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from services.gateway.page.files import Coding, Page, PageFile
    from services.gateway.settings import Limits

FOR_EVER: Final = "public, max-age=31536000, immutable"
READS: Final = [HttpMethod.GET, HttpMethod.HEAD]


class PageMissingError(ExportError):
    """The page is not installed, or not as it was built."""

    code = "page-missing"
    title = "The export page is not installed"
    status = HTTPStatus.SERVICE_UNAVAILABLE


class ProjectLimits(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a project may grow to."""

    project_bytes: int
    files: int
    file_bytes: int


class PageFacts(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the page loads first; ``version`` and ``sample`` are null where it is not installed."""

    version: str | None
    websocket_url: str
    preview_origin: str
    local_sign_in: bool
    limits: ProjectLimits
    sample: Sample | None


def facts_route(facts: PageFacts) -> HTTPRouteHandler:
    """``GET /page.json``, which needs no token."""

    @get("/page.json", include_in_schema=False, sync_to_thread=False)
    def show_facts() -> Response[PageFacts]:
        return Response(facts, headers={"Cache-Control": "no-cache"})

    return show_facts


def project_limits(limits: Limits) -> ProjectLimits:
    """The limits of settings as the page checks them before it sends anything."""
    return ProjectLimits(
        project_bytes=limits.project_bytes, files=limits.files, file_bytes=limits.file_bytes
    )


def page_routes(page: Page, headers: dict[str, str]) -> HTTPRouteHandler:
    """Every file of the page at its own path.

    Args:
        page: Its files.
        headers: Of the page itself, by :func:`content_security.page_headers`.
    """

    @route(
        sorted(page.files),
        http_method=READS,
        include_in_schema=False,
        sync_to_thread=False,
        opt={LABEL: "page"},
    )
    def show_file(request: AnyRequest) -> Response[bytes]:
        file = page.files[request.scope["path_template"]]
        more = {"page": headers, "worker": OF_WORKERS, "asset": {}}[file.role]
        return _answer(request, file, {**OF_ALL, **more})

    return show_file


def no_page(reason: str) -> HTTPRouteHandler:
    """``/`` where there is no page: it says what to type."""

    @route("/", http_method=READS, include_in_schema=False, sync_to_thread=False)
    def show_remedy() -> Response[bytes]:
        raise PageMissingError(reason)

    return show_remedy


def _answer(request: AnyRequest, file: PageFile, headers: dict[str, str]) -> Response[bytes]:
    coding = _coding(file, request.headers.get("accept-encoding", ""))
    form = file.forms[coding]
    headers = {
        **headers,
        "Cache-Control": FOR_EVER if file.immutable else "no-cache",
        "ETag": form.etag,
        "Vary": "Accept-Encoding",
    }
    if names_etag(request.headers.get("if-none-match", ""), form.etag):
        return Response(b"", status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    text = "; charset=utf-8" if file.media_type.startswith("text/") else ""
    headers["Content-Type"] = file.media_type + text
    headers["Content-Length"] = str(len(form.body))
    if coding != "identity":
        headers["Content-Encoding"] = coding
    body = b"" if request.method == HttpMethod.HEAD else form.body
    return Response(body, headers=headers)


def _coding(file: PageFile, accept_encoding: str) -> Coding:
    """The smallest form that the client takes; as it is where it takes no other."""
    taken = (coding for coding in file.forms if accepts(accept_encoding, coding))
    return next(taken, "identity")
