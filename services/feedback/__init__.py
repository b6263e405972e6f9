"""Asks each customer whether it was put right, and learns from the answers."""
