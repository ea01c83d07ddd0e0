"""``python -m services.gateway.openapi`` prints what ``GET /schema/openapi.json`` answers.

Client types are generated from it. Nothing has to run for that, and it is the same everywhere.
"""

from __future__ import annotations

import sys

import msgspec
from litestar import Litestar

from services.gateway.app import api_router
from services.gateway.http.openapi_config import StructSchemas, openapi_config
from shared.tokens import Tokens


def document() -> bytes:
    """The OpenAPI document as JSON, indented."""
    structs = StructSchemas()
    routes = [api_router(Tokens(""), None)]
    app = Litestar(routes, openapi_config=openapi_config(structs), plugins=[structs])
    completed = structs.complete(app.openapi_schema.to_schema())
    return msgspec.json.format(msgspec.json.encode(completed), indent=2)


if __name__ == "__main__":
    sys.stdout.buffer.write(document() + b"\n")
