"""What the rules answer when something is not allowed: a sentence that a person can act on.

Refused (422)
├── WrongStatus (409)    the ticket is not in a status for this
└── NotPermitted (403)   this person may not do this here
"""


class Refused(Exception):
    """`sentence` is a Chinese message with {placeholders}; `values` fill them once it is translated."""

    http_status = 422

    def __init__(self, sentence: str, *, field: str | None = None, **values: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field
        self.values = values

    def __str__(self) -> str:
        return self.sentence.format(**self.values)


class WrongStatus(Refused):
    http_status = 409


class NotPermitted(Refused):
    http_status = 403
