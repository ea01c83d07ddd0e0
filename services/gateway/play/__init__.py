"""Play links: finished web builds are played from their ZIP, on an origin of their own."""
