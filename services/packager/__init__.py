"""The packager: turns a snapshot of a project into an artifact in the storage."""
