"""Pages of our own on the preview origin: what has happened, and what to do; without a script."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from http import HTTPStatus
from typing import Final, Literal

import msgspec

Language = Literal["en", "pt-BR"]


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One page: its status, and in each language a title and a text."""

    status: HTTPStatus
    texts: dict[Language, tuple[str, str]]
    has_form: bool = False
    retry_after_s: int | None = None


class ToldError(Exception):
    """A request that is answered with one of these pages."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.texts["en"][0])
        self.message = message


NO_SUCH_LINK: Final = Message(
    status=HTTPStatus.NOT_FOUND,
    texts={
        "en": (
            "There is no game here",
            "The link was mistyped, or whoever made it has revoked it. Ask them for a new one.",
        ),
        "pt-BR": (
            "Não há nenhum jogo aqui",
            "O link foi digitado errado ou revogado por quem o criou. Peça um novo a essa pessoa.",
        ),
    },
)
LINK_EXPIRED: Final = Message(
    status=HTTPStatus.GONE,
    texts={
        "en": (
            "This link has expired",
            "It was made for a limited time. Ask whoever sent it for a new one.",
        ),
        "pt-BR": (
            "Este link expirou",
            "Ele foi criado por tempo limitado. Peça um novo a quem o enviou.",
        ),
    },
)
BUILD_EXPIRED: Final = Message(
    status=HTTPStatus.GONE,
    texts={
        "en": (
            "This build has expired",
            "Builds are kept for some days only. If the game is yours, export it again.",
        ),
        "pt-BR": (
            "Esta versão expirou",
            "As versões ficam guardadas só por alguns dias. Se o jogo é seu, exporte-o de novo.",
        ),
    },
)
NO_BUILD: Final = Message(
    status=HTTPStatus.NOT_FOUND,
    texts={
        "en": (
            "No build is finished yet",
            "This link plays the newest web build of a project. Come back when one has been made.",
        ),
        "pt-BR": (
            "Ainda não há nenhuma versão pronta",
            "Este link abre a versão web mais nova de um projeto. Volte quando houver uma.",
        ),
    },
)
NO_SUCH_FILE: Final = Message(
    status=HTTPStatus.NOT_FOUND,
    texts={
        "en": ("There is no such file", "The game has no file of this name."),
        "pt-BR": ("Não existe esse arquivo", "O jogo não tem nenhum arquivo com este nome."),
    },
)
PASSWORD_NEEDED: Final = Message(
    status=HTTPStatus.UNAUTHORIZED,
    has_form=True,
    texts={
        "en": ("This game needs a password", "Whoever sent you the link knows it."),
        "pt-BR": ("Este jogo pede uma senha", "Quem enviou o link sabe qual é."),
    },
)
WRONG_PASSWORD: Final = Message(
    status=HTTPStatus.FORBIDDEN,
    has_form=True,
    texts={
        "en": ("That is not the password", "Try again, or ask whoever sent you the link."),
        "pt-BR": ("A senha não é essa", "Tente de novo ou pergunte a quem enviou o link."),
    },
)
TOO_MANY_GUESSES: Final = Message(
    status=HTTPStatus.TOO_MANY_REQUESTS,
    has_form=True,
    retry_after_s=10,
    texts={
        "en": ("Too many passwords were tried", "Wait a moment, then try again."),
        "pt-BR": ("Senhas demais foram tentadas", "Espere um momento e tente de novo."),
    },
)
BUILD_DAMAGED: Final = Message(
    status=HTTPStatus.BAD_GATEWAY,
    texts={
        "en": ("This build cannot be played", "Its archive is damaged: export the game again."),
        "pt-BR": (
            "Esta versão não pode ser aberta",
            "O arquivo dela está danificado: exporte o jogo de novo.",
        ),
    },
)
AWAY: Final = Message(
    status=HTTPStatus.SERVICE_UNAVAILABLE,
    retry_after_s=5,
    texts={
        "en": ("The game cannot be loaded now", "A server is away. Try again in a moment."),
        "pt-BR": (
            "O jogo não pode ser carregado agora",
            "Um servidor não responde. Tente de novo daqui a pouco.",
        ),
    },
)
NOT_ALLOWED: Final = Message(
    status=HTTPStatus.METHOD_NOT_ALLOWED,
    texts={
        "en": ("Games are only read", "This address answers GET and HEAD."),
        "pt-BR": ("Jogos são apenas lidos", "Este endereço responde a GET e HEAD."),
    },
)
FAILED: Final = Message(
    status=HTTPStatus.INTERNAL_SERVER_ERROR,
    texts={
        "en": ("Something went wrong on our side", "Try again in a moment."),
        "pt-BR": ("Algo deu errado do nosso lado", "Tente de novo daqui a pouco."),
    },
)

_PASSWORD: Final[dict[Language, tuple[str, str]]] = {
    "en": ("Password", "Play"),
    "pt-BR": ("Senha", "Jogar"),
}
_STYLE: Final = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; }
main { box-sizing: border-box; width: 100%; max-width: 30rem; padding: 1.5rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .75rem; }
p { margin: 0 0 1.25rem; }
label { display: block; margin-bottom: .25rem; }
input, button { box-sizing: border-box; width: 100%; font: inherit; padding: .6rem .75rem; }
button { margin-top: .75rem; cursor: pointer; }
"""
STYLE_SHA256: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()


def language_of(accept_language: str) -> Language:
    """The language to write in: Portuguese for those who name it first, English for all others."""
    first = accept_language.split(",", maxsplit=1)[0].strip().lower()
    return "pt-BR" if first.startswith("pt") else "en"


def render(message: Message, language: Language) -> bytes:
    """The page, UTF-8."""
    title, text = (escape(part) for part in message.texts[language])
    form = _form(language) if message.has_form else ""
    return (
        f'<!doctype html>\n<html lang="{language}">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="robots" content="noindex">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n"
        f"<main>\n<h1>{title}</h1>\n<p>{text}</p>\n{form}</main>\n</html>\n"
    ).encode()


def _form(language: Language) -> str:
    """It goes to the address that shows it."""
    label, button = _PASSWORD[language]
    return (
        f'<form method="post">\n<label for="password">{label}</label>\n'
        '<input id="password" name="password" type="password" required autofocus '
        'autocomplete="current-password" maxlength="200">\n'
        f"<button>{button}</button>\n</form>\n"
    )
