"""What the export page is made of, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from services.gateway.page.content_security import page_headers
from services.gateway.page.files import Page, read_page
from services.gateway.page.local_session import local_sign_in
from services.gateway.page.routes import (
    PageFacts,
    facts_route,
    no_page,
    page_routes,
    project_limits,
)
from shared.templates import DESCRIPTION, REMEDY, TemplateError

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from services.gateway.settings import GatewaySettings
    from shared.tokens import Tokens

log = structlog.get_logger()


def page_handlers(settings: GatewaySettings, tokens: Tokens) -> list[HTTPRouteHandler]:
    """The routes of the page; where it is not installed, everything else works all the same.

    Raises:
        ConfigurationError: Local sign-in is asked for where others can reach the gateway.
    """
    page, why = _page(settings)
    preview_origin = settings.preview.origin
    headers = page_headers(
        websocket_url=settings.websocket_url,
        preview_origin=preview_origin,
        download_origins=settings.s3.download_origins,
    )
    facts = PageFacts(
        version=page.version if page else None,
        websocket_url=settings.websocket_url,
        preview_origin=preview_origin,
        local_sign_in=bool(settings.page.local_user),
        limits=project_limits(settings.limits),
        sample=page.sample if page else None,
    )
    user = settings.page.local_user
    return [
        page_routes(page, headers) if page else no_page(why),
        facts_route(facts),
        *([local_sign_in(tokens, user_id=user, bind=settings.bind)] if user else []),
    ]


def _page(settings: GatewaySettings) -> tuple[Page | None, str]:
    """The page, or why there is none."""
    folder = settings.page.path
    try:
        return read_page(folder), ""
    except TemplateError as error:
        log.warning("page.missing", folder=str(folder), error=str(error))
        is_there = (folder / DESCRIPTION).exists()
        return None, str(error) if is_there else f"there is no page in {folder.name}: {REMEDY}"
