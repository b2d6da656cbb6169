"""Words that a spreadsheet would calculate are written so that it does not."""

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""The wide ones of Chinese keyboards among them, which some Excels calculate as well (OWASP, CSV injection)."""


def guarded(words: str) -> str:
    """An apostrophe before what Excel would calculate; the reader of our own files takes it away again."""
    return f"'{words}" if words.startswith(FORMULA_SIGNS) else words
