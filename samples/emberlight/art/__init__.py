"""Everything of Emberlight that is not typed by hand: models, textures, sounds and levels.

``python -m samples.emberlight.art`` writes it all again, byte for byte.
"""
