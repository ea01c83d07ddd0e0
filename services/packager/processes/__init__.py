"""Programs and threads that a build starts are run here."""
