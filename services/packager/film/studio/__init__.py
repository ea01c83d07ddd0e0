"""The studio runs strangers' games in a browser, and hands over what is seen and heard of them."""
