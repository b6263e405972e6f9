"""How a replay ends before its time: one line that says why."""


class ReplayError(Exception):
    """The replay cannot go on. `code` is 1 (it went wrong) or 2 (it was called wrongly)."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code
