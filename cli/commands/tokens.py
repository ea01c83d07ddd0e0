"""The command that signs tokens for development."""

from __future__ import annotations

import os

import click

from cli.installation import environment
from shared.identity.signing_secrets import SigningSecrets
from shared.tokens import Tokens, User


@click.command()
@click.option("--user", required=True, help="The user's id.")
@click.option("--role", default="user", show_default=True, help="user, admin or service.")
@click.option("--plan", help="The user's plan.")
@click.option("--days", default=1.0, show_default=True, help="How long it lives.")
def token(user: str, role: str, plan: str | None, days: float) -> None:
    """Print a development token, signed with JWT_SECRET or the local stack's secret."""
    secrets = SigningSecrets.of(_signing_environment())
    claims = User(user_id=user, role=role, plan=plan)
    click.echo(Tokens(secrets).bearer(claims, lives_s=int(days * 86_400)))


def _signing_environment() -> dict[str, str]:
    """Our own where it says what to sign with, else that of the local stack that runs."""
    is_set = os.environ.get("JWT_SECRET") or os.environ.get("JWT_SECRET_FILE")
    return dict(os.environ) if is_set else environment()
