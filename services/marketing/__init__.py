"""Offers a well-served customer something fitting, and leaves everybody else in peace."""
