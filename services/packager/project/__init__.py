"""A project's files as an export sees them."""
