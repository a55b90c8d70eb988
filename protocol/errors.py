"""The one error that peer input may cause."""


class DecodeError(Exception):
    """A peer sent octets that the specification does not allow.

    ``why`` is a sentence for people, ``cause`` the cause value that the protocol tells us to answer
    (``None`` where it tells us to stay silent), ``at`` the octet at which decoding stopped.
    """

    def __init__(self, why: str, cause: int | None = None, at: int = 0) -> None:
        super().__init__(why, cause, at)
        self.why = why
        self.cause = cause
        self.at = at

    def __str__(self) -> str:
        """One line: what is wrong, where, and what would be answered."""
        answer = "" if self.cause is None else f", cause {self.cause}"
        return f"octet {self.at}: {self.why}{answer}"
