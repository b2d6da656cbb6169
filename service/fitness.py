"""What is said when a database cannot be trusted with a county's wishes."""


class Unfit(RuntimeError):
    """The sentence says what is wrong and how to mend it."""
