"""Replays a file of real complaints through the doors of intake, and shows that none of them was lost."""
