"""The documents for those who write clients and listeners, made of the code: OpenAPI and AsyncAPI.

``python -m documents`` writes both into ``docs/api``; ``--check`` says whether they are stale.
"""
