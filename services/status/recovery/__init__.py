"""What finds exports that stopped moving, and ends or restarts them."""
