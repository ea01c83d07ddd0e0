from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import msgspec
import pytest

from services.gateway.settings import GatewaySettings, PlanSettings
from shared.errors import ConfigurationError
from shared.settings import (
    STILL_READ,
    NatsSettings,
    RetrySettings,
    S3Settings,
    check_secret,
    env,
    load,
    origins,
    retired,
)
from tests.unit.test_documentation import ROOT, settings_table

if TYPE_CHECKING:
    from pathlib import Path


class _Alike(msgspec.Struct, kw_only=True):
    """One field's name is part of the other's, and of what Python says of a missing one."""

    user: Annotated[str, env("THE_USER", "required")]
    use: Annotated[str, env("THE_USE", "optional")] = ""
    arg: Annotated[str, env("THE_ARG", "optional")] = ""


GOOD = {"S3_BUCKET": "games", "JWT_SECRET": "0123456789abcdef" * 2}


def test_values_come_from_the_environment_or_the_default() -> None:
    """An empty variable counts as absent."""
    settings = load(NatsSettings, {"NATS_STREAM_REPLICAS": "3", "NATS_URL": ""})
    assert (settings.stream_replicas, settings.url) == (3, "nats://127.0.0.1:4222")


@pytest.mark.parametrize("value", ["0", "21", "many", "1.5"])
def test_a_wrong_value_is_named_with_what_is_allowed(value: str) -> None:
    """The variable, its value, and the limit."""
    with pytest.raises(ConfigurationError, match=rf"BUILD_QUEUE_MAX_ATTEMPTS='{value}'.*int"):
        load(RetrySettings, {"BUILD_QUEUE_MAX_ATTEMPTS": value})


def test_a_required_variable_is_named() -> None:
    """There is no default for a bucket."""
    with pytest.raises(ConfigurationError, match="S3_BUCKET is not set"):
        load(S3Settings, {})


def test_all_missing_variables_are_named_and_no_other() -> None:
    """Also those whose field's name is part of another word, or of another struct."""
    with pytest.raises(ConfigurationError, match=r"^JWT_SECRET, S3_BUCKET are not set"):
        load(GatewaySettings, {})
    with pytest.raises(ConfigurationError, match=r"^THE_USER is not set"):
        load(_Alike, {})


def test_two_names_for_the_bucket_must_agree() -> None:
    """Either alone, or both the same."""
    assert load(S3Settings, {"AWS_S3_BUCKET": "games"}).bucket == "games"
    assert load(S3Settings, {"AWS_S3_BUCKET": "games", "S3_BUCKET": "games"}).bucket == "games"


@pytest.mark.parametrize(
    ("environ", "origins"),
    [
        ({"S3_ENDPOINT": "http://Minio:9000/x"}, ("http://minio:9000",)),
        (
            {"S3_ENDPOINT": "http://minio:9000", "S3_PUBLIC_ENDPOINT": "https://files.example"},
            ("https://files.example",),
        ),
        (
            {"AWS_REGION": "eu-west-1"},
            (
                "https://games.s3.eu-west-1.amazonaws.com",
                "https://games.s3.amazonaws.com",
                "https://s3.eu-west-1.amazonaws.com",
            ),
        ),
    ],
)
def test_downloads_come_from_known_origins(
    environ: dict[str, str], origins: tuple[str, ...]
) -> None:
    """Those of presigned URLs, whichever form the storage gives them."""
    assert load(S3Settings, {"S3_BUCKET": "games", **environ}).download_origins == origins
    with pytest.raises(ConfigurationError, match="differ"):
        load(S3Settings, {"AWS_S3_BUCKET": "games", "S3_BUCKET": "other"})


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    """As engines and clusters mount it, with or without the end of a line."""
    file = tmp_path / "url"
    file.write_text("nats://ann:word@nats:4222\n")
    settings = load(NatsSettings, {"NATS_URL": "", "NATS_URL_FILE": str(file)})
    assert settings.url == "nats://ann:word@nats:4222"
    with pytest.raises(ConfigurationError, match=r"NATS_URL_FILE=.*gone: the file cannot be read"):
        load(NatsSettings, {"NATS_URL_FILE": str(tmp_path / "gone")})
    with pytest.raises(ConfigurationError, match="NATS_URL_FILE are both set and differ") as caught:
        load(NatsSettings, {"NATS_URL": "nats://bob:secret@nats", "NATS_URL_FILE": str(file)})
    assert not {"word", "secret"} & set(re.findall(r"\w+", str(caught.value)))


def test_a_secret_is_never_shown() -> None:
    """Not even one that is wrong."""
    with pytest.raises(ConfigurationError) as caught:
        load(GatewaySettings, {**GOOD, "JWT_SECRET": "", "GATEWAY_BIND": "hunter2"})
    assert "GATEWAY_BIND" in str(caught.value) or "JWT_SECRET" in str(caught.value)


@pytest.mark.parametrize(
    "secret", ["", "short", "a" * 64, "change-me-change-me-change-me-change-me", "é" * 15]
)
def test_a_guessable_secret_stops_the_process(secret: str) -> None:
    """Shorter than 32 bytes, of few letters, or a well-known default."""
    with pytest.raises(ConfigurationError, match="32 random bytes"):
        check_secret(secret)


def test_what_the_old_worker_read_is_answered_with_what_replaced_it() -> None:
    """One line for each variable that is set in vain; none for those that are read."""
    old = {"REDIS_URL": "x", "UPSTASH_TOKEN": "x", "EXPORT_QUEUE": "x", "EXPORT_MAX_FILES": "1"}
    assert [name for name, _ in retired({**old, "HOME": "/"})] == [
        "EXPORT_QUEUE",
        "REDIS_URL",
        "UPSTASH_TOKEN",
    ]


def test_no_setting_that_is_read_counts_as_retired() -> None:
    """Every EXPORT_ variable of the settings is known to be in use."""
    read = {word for word in settings_table().split("`") if word.startswith("EXPORT_")}
    assert read == STILL_READ


def test_origins_are_read_as_people_write_them() -> None:
    """Spaces after commas and a slash at the end are no part of an origin."""
    assert origins("https://a.example, https://b.example/ ,") == {
        "https://a.example",
        "https://b.example",
    }
    assert origins("") == frozenset()


def test_the_production_overlay_wants_the_default_plan_chosen() -> None:
    """The text that stands there is none, so that nobody's users are on trial by oversight."""
    lines = (ROOT / "k8s/installation/settings.env").read_text().splitlines()
    environ = dict(line.split("=", 1) for line in lines if not line.startswith("#"))
    with pytest.raises(ConfigurationError, match=r"BUILD_MINUTES_DEFAULT_PLAN=.*starter_trial"):
        load(PlanSettings, environ)
