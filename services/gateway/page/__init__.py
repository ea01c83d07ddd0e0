"""The export page: its files as they were built, and what belongs to it alone."""
