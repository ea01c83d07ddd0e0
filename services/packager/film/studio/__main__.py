"""``python -m services.packager.film.studio JOB PACKAGER CREW``: descriptors that are open."""

from __future__ import annotations

import sys

from services.packager.film.studio.keeper import main

if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
