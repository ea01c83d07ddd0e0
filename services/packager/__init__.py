"""The packager turns a snapshot of a project into an artifact for one platform."""
