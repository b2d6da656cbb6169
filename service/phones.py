"""Telephone numbers as people write them, and the one form in which they are stored and searched."""

import re
import unicodedata

MOBILE = re.compile(r"1[3-9]\d{9}")
# Area code and number; 010 and 02x have three digits, the others four.
LANDLINE = re.compile(r"0(?:10|2\d|[3-9]\d{2})\d{7,8}")
HOTLINE = re.compile(r"[48]00\d{7}")
# Within the county: without area code, or a group's short number.
LOCAL = re.compile(r"[1-9]\d{4,7}")
SEPARATORS = re.compile(r"[\s\-‐‑‒–—―−.·()_/]+")
COUNTRY = re.compile(r"(?:\+|00)86|86(?=1[3-9]\d{9}$)")


def normalise_phone(text: str) -> str | None:
    """Digits only, without the country; None when this is no number that a person here can have."""
    plain = SEPARATORS.sub("", unicodedata.normalize("NFKC", text))
    digits = COUNTRY.sub("", plain, count=1) if COUNTRY.match(plain) else plain
    if digits is not plain and not digits.startswith(("0", "1")):
        digits = f"0{digits}"
    known = any(kind.fullmatch(digits) for kind in (MOBILE, LANDLINE, HOTLINE, LOCAL))
    return digits if known and digits.isascii() else None


def is_mobile(number: str) -> bool:
    """Can be sent a text message. `number` is in the stored form."""
    return MOBILE.fullmatch(number) is not None


def area_code_of(number: str) -> str:
    """Of a number in the stored form; empty for what has none."""
    if not LANDLINE.fullmatch(number):
        return ""
    return number[:3] if number[1] in "12" else number[:4]
