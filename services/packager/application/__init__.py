"""What every application is made of, for desktops and phones: its names, its picture, its game."""
