"""The words of looking back (回头看): what an inspector may find."""

from enum import StrEnum

from workflows.words import _


class Finding(StrEnum):
    """The answer was true, true in part, or not true at all."""

    confirmed = "confirmed"
    partly = "partly"
    untrue = "untrue"


FINDING_WORDS: dict[Finding, str] = {
    Finding.confirmed: _("属实"),
    Finding.partly: _("部分属实"),
    Finding.untrue: _("不属实"),
}
INSPECTION_VERB_WORDS: dict[str, str] = {
    "record_inspection": _("回头看"),
    "press_inspection": _("催回头看"),
}
