"""The documents for those who write clients and listeners, made of the code: OpenAPI and AsyncAPI.

``python -m documents`` writes both into ``docs/api``; with ``--check`` it says whether they are new.
"""
