"""Files of settings beside ``game.json`` say how a game is played where that says nothing."""
