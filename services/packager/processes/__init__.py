"""Programs and threads that a build starts."""
