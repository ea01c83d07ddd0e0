"""HTTP: projects, exports and downloads."""
