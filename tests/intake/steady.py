"""Property tests that try the same examples every time."""

from hypothesis import settings

STEADY = settings(derandomize=True, database=None, deadline=None)
