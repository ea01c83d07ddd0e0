"""What can go wrong with the local stack, said so that its user can put it right."""

from __future__ import annotations


class StackError(Exception):
    """The local stack cannot start or has died; the message says why and what to do."""
