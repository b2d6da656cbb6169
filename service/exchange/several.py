"""Several names in one sentence, parted as the reader's language does it."""


class Several(tuple[str, ...]):
    """A value of a message: Chinese parts them by 、 and needs nobody's help; `in_english` is for the other one."""

    def __str__(self) -> str:
        return "、".join(self)

    def in_english(self) -> str:
        return ", ".join(self)
