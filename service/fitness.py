"""What is said when a database cannot be trusted with a county's wishes, or a setting means nothing."""


class Unfit(RuntimeError):
    """The sentence says what is wrong and how to mend it."""
