"""Bytes come in and go out here: objects, the disk cache, scratch folders, the upload."""
