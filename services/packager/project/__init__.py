"""A project's files as an export sees them are read here."""
