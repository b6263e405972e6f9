"""Knows when each promise is due and says when it is late."""
