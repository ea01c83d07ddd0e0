"""Runtime templates are what an artifact needs beyond the project's own files.

The sources are the folders of ``runtimes/`` at the top of the repository. ``build.mjs OUT`` (run by
node, after ``npm ci`` where there is a ``package-lock.json``) or ``build.py OUT`` (run by this
Python) makes a folder with ``template.json``, which names the template, its version, and every file
with size and SHA-256. ``make templates`` builds them all into ``build/templates/``.
"""
