"""Turns a notice and plain values into a subject and a body; a missing value is an error, never a hole."""

import re
import unicodedata
from dataclasses import asdict, dataclass
from typing import Literal

from jinja2 import Environment, PackageLoader, StrictUndefined

from notifications.notices import Notice

Language = Literal["zh", "en"]
FOLDERS: dict[Language, str] = {"zh": "", "en": "en/"}

# Text for robots and mail, not HTML; the robot channel escapes for itself.
TEMPLATES = Environment(
    loader=PackageLoader("notifications", "templates"),
    undefined=StrictUndefined,
    autoescape=False,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Values:
    """What templates may say: words ready to be read, personal data already masked, times in local words.

    `unit` must act now (or did, when the ticket has ended); `outcome` is what was answered, rated or found;
    `related` are numbers of other tickets; `rule` is what the clock says, when it was the clock and not a person;
    `is_new_round`: the ticket has just gone back to the unit; `answer_by`: when a supervision wants its answer.
    Fields with a default may be left out.
    Of a whistle: `town` called the units `called`, and `until` is when somebody has to act.
    """

    number: str
    wish_summary: str
    area: str
    unit: str
    due: str
    left: str
    actor_name: str
    url: str
    actor_unit: str = ""
    note: str = ""
    rule: str = ""
    outcome: str = ""
    related: str = ""
    is_new_round: bool = False
    answer_by: str = ""
    called: str = ""
    town: str = ""
    whistle_kind: str = ""
    until: str = ""


@dataclass(frozen=True)
class Message:
    subject: str
    body: str


class MalformedTemplate(Exception):
    """A template is a subject, an empty line and a body."""


def render(notice: Notice, values: Values, language: Language = "zh") -> Message:
    name = FOLDERS[language] + notice.template
    clean = {name: one_line(value) if isinstance(value, str) else value for name, value in asdict(values).items()}
    return message_from(name, TEMPLATES.get_template(name).render(clean))


def message_from(name: str, text: str) -> Message:
    subject, gap, body = text.partition("\n\n")
    if not gap or "\n" in subject or not subject.strip() or not body.strip():
        raise MalformedTemplate(name)
    return Message(subject.strip(), body.strip())


def one_line(text: str) -> str:
    """Typed words can then neither add a mail header, nor fake a line of the template, nor turn its direction."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    visible = "".join(" " if is_invisible(character) else character for character in text)
    return re.sub(r"\s+", " ", visible).strip()


def is_invisible(character: str) -> bool:
    """Control, format (right-to-left overrides) and half characters; joiners inside emoji are worth losing."""
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def summary_of(text: str, length: int = 60) -> str:
    """The beginning of a masked wish, as long as a notice can bear."""
    return shortened(one_line(text), length)


def link_of(body: str) -> tuple[str, str, str]:
    """Splits a body into its text, its last line's label and the address there; both are empty when there is none."""
    text, _newline, last = body.rpartition("\n")
    found = re.fullmatch(r"(?P<label>[^：:]+)[：:]\s*(?P<url>https?://\S+)", last.strip())
    return (text.rstrip(), found["label"], found["url"]) if found else (body, "", "")


def key_of(body: str) -> str:
    """What stands behind /t/ in the address of a body's last line: the key of a villager's own page."""
    found = re.search(r"/t/([0-9A-Za-z]+)", link_of(body)[2])
    return found[1] if found else ""


def shortened(text: str, most: int) -> str:
    """At most so many characters, with an ellipsis where something is missing."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
