"""Navigation meshes are baked at export: what the agents of a level can walk on.

The player's own sources find the ground; they run on node, inside of the build's confinement.
"""

from services.packager.web.aethel.navigation.baking import bake
from services.packager.web.aethel.navigation.results import Navigation

__all__ = ["Navigation", "bake"]
