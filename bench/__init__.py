"""Measures ceilings and ours in one alternating run, and prints the figures beside the targets."""
