"""What people type into an administrator's form, read as it was meant: numbers, sign-in names, addresses."""

import re
import unicodedata
from typing import Annotated, Any

from pydantic import BeforeValidator

from workflows.commands import none_if_blank
from workflows.refusals import Refused
from workflows.words import _

PHONE = r"^\+?[0-9][0-9 \-]{3,18}[0-9]$"
LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
DIGITS_MOST = 6


def whole_number(value: Any) -> Any:
    """A number as people type it, full-width digits and all; pydantic turns the ValueError into a sentence."""
    value = none_if_blank(value)
    if not isinstance(value, str):
        return value
    digits = unicodedata.normalize("NFKC", value)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= DIGITS_MOST):
        raise ValueError(value)
    return int(digits)


def sign_in_name(value: Any) -> Any:
    value = none_if_blank(value)
    if isinstance(value, str) and not LOGIN.fullmatch(value):
        raise Refused(_("登录名只用字母、数字、横线和点，例如 wang-li。"), field="login")
    return value


def mail_address(value: Any) -> Any:
    value = none_if_blank(value)
    if isinstance(value, str) and not MAIL.fullmatch(value):
        raise Refused(_("邮箱看起来不对，例如 wangli@example.com。"), field="email")
    return value


Number = Annotated[int, BeforeValidator(whole_number)]
OptionalNumber = Annotated[int | None, BeforeValidator(whole_number)]
OptionalId = Annotated[int | None, BeforeValidator(none_if_blank)]
Login = Annotated[str, BeforeValidator(sign_in_name)]
OptionalMail = Annotated[str | None, BeforeValidator(mail_address)]
