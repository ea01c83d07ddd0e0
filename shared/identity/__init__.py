"""Whose word is believed: the secrets that sign tokens, and the keys of an identity provider."""
