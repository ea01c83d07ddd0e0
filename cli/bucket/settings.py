"""Which bucket, and whose pages: from the environment of the services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from cli.bucket.rules import allowed_origins
from shared.settings import S3Settings, env, load

if TYPE_CHECKING:
    from collections.abc import Mapping


PAGES: Final = ("EXPORT_PUBLIC_URL", "EXPORT_CORS_ORIGINS")


class BucketSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The bucket, and where the pages are whose scripts download from it."""

    s3: S3Settings
    public_url: Annotated[str, env("EXPORT_PUBLIC_URL", "the gateway's URL as clients see it")] = ""
    cors_origins: Annotated[str, env("EXPORT_CORS_ORIGINS", "origins of browser clients")] = ""


def bucket_settings(environ: Mapping[str, str]) -> tuple[S3Settings, list[str]]:
    """The bucket, and the origins whose scripts download from it."""
    settings = load(BucketSettings, environ)
    return settings.s3, allowed_origins(settings.public_url, settings.cors_origins)
