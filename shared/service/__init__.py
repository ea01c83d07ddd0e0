"""What every service process needs: start and stop, health, child processes that end with it."""
