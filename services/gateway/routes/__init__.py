"""The routes, one file for each kind of resource; what they do is decided beside this folder."""
