"""Smaller forms of assets, for those who can tell that nobody will see or hear the difference."""
