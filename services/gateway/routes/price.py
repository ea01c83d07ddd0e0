"""What an export would cost, before anything is spent."""

from __future__ import annotations

from litestar import post
from litestar.params import JSONBody

from services.gateway.exports.request import ExportRequest
from services.gateway.http.problem_docs import WITH_BODY, problem_responses
from services.gateway.responses.price import ExportPrice, FilmView
from shared.domain.platforms import check_options
from shared.domain.video.spec import spec_of


@post(
    "/exports/price",
    status_code=200,
    tags=["exports"],
    responses=problem_responses(*WITH_BODY, 422),
)
async def show_price(data: JSONBody[ExportRequest]) -> ExportPrice:
    """What the same body would reserve as an export; its options are checked, nothing begins."""
    spec = check_options(data.platform, data.configuration, data.options)
    film = FilmView.of(spec_of(data.options)) if data.platform == "video" else None
    return ExportPrice(
        platform=data.platform,
        estimated_minutes=spec.minutes_for(data.options),
        minutes_by=spec.minutes_by or None,
        film=film,
    )
