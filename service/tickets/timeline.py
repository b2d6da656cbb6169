"""经过: what happened to a ticket, one line for each event, in plain Chinese and newest first."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from service.directory.models import Person
from service.directory.reference import Reference
from service.local_words import LocalWords
from service.tickets.facts import CHOSEN, DATED, FACT_WORDS, FACTS, UNITS_NAMED
from service.tickets.models import Attachment, TicketEvent
from service.tickets.queries import Story
from service.tickets.resident_story import SHOWN
from workflows.commands import VERB_WORDS
from workflows.every_command import EVERY_COMMAND
from workflows.statuses import Role, Status
from workflows.words import _

Shown = Callable[[str], str]
"""How words are shown: as they are, or with numbers and names masked."""


@dataclass(frozen=True)
class Picture:
    url: str
    thumb_url: str
    alt: str = ""


@dataclass(frozen=True)
class Entry:
    """`is_public` says whether the villager sees this line, too; `tone` is left to the verb when empty. `each` are the
    reminders that this line stands for."""

    verb: str
    label: str
    at: datetime
    who: str
    words: str
    facts: Sequence[tuple[str, str]]
    photos: Sequence[Picture]
    is_public: bool
    tone: str = ""
    each: Sequence["Entry"] = ()


@dataclass(frozen=True)
class Teller:
    """What it takes to tell a story: reference data, people's names, the reader's language, masked or not."""

    known: Reference
    names: Mapping[int, str]
    local: LocalWords
    shown: Shown
    picture: Callable[[Attachment], Picture]

    def entries(self, stories: Iterable[Story]) -> list[Entry]:
        """A reply that was approved afterwards is one that the villager has read."""
        found: list[Entry] = []
        judged = ""
        for story in reversed(list(stories)):
            judged = story.event.verb if story.event.verb in JUDGEMENTS else judged
            entry = self._entry(story)
            is_read = entry.verb == "reply" and judged == "approve_reply"
            found.append(replace(entry, is_public=True) if is_read else entry)
        return found

    def _entry(self, story: Story) -> Entry:
        event, details = story.event, _complete(story)
        return Entry(
            verb=event.verb,
            label=self._label(story, details),
            at=event.at,
            who=self._who(event),
            words=self._words(story, details),
            facts=self._facts(event.verb, details),
            photos=[self.picture(photo) for photo in story.photos],
            is_public=_is_public(event, details),
        )

    def _words(self, story: Story, details: Mapping[str, Any]) -> str:
        """The wish itself stands at the head of the page; a rule speaks in the reader's language."""
        if story.is_erased:
            return self.local._(ERASED)
        said = next((details[name] for name in SPOKEN if details.get(name)), "")
        if story.event.verb == "submit":
            return ""
        return self.local._(said) if story.event.rule else self.shown(said)

    def _label(self, story: Story, details: Mapping[str, Any]) -> str:
        """What was erased can only be called by its verb."""
        event = story.event
        named = None if story.is_erased else _special(event, details) or LABELS.get(event.verb)
        sentence = named or VERB_WORDS[event.verb]
        unit = self.known.unit_name(details.get("unit"))
        return self.local._(sentence).format(unit=unit, into=details.get("into"), parts=len(details.get("parts", ())))

    def _who(self, event: TicketEvent) -> str:
        """A rule acts for itself; a person acts for a unit; the villager stays unnamed."""
        if event.role is Role.system:
            return self.local._(_("系统"))
        if event.role is Role.resident:
            return self.local._(_("诉求人"))
        unit = self.known.units.get(event.unit_id or 0)
        names = (self.names.get(event.person_id or 0, ""), unit.short_name if unit else "")
        return " · ".join(name for name in names if name)

    def _facts(self, verb: str, details: Mapping[str, Any]) -> list[tuple[str, str]]:
        fields = EVERY_COMMAND[verb].model_fields
        named = [
            (FACT_WORDS.get(name) or fields[name].title or name, self._named(name, details.get(name)))
            for name in FACTS.get(verb, ())
        ]
        return [(label, self._value(value)) for label, value in named if value not in (None, "", (), [])]

    def _named(self, name: str, value: Any) -> Any:
        return self.known.unit_name(value) if name in UNITS_NAMED else value

    def _value(self, value: Any) -> str:
        """A choice in its words, a unit by its name, a date as it is said; what a person typed may be masked."""
        if isinstance(value, bool):
            return self.local._(_("是") if value else _("否"))
        if isinstance(value, list | tuple) and value and isinstance(value[0], Mapping):
            return self.local._(_("；")).join(self._planned(step) for step in value)
        if isinstance(value, list | tuple):
            return self.local._(_("、")).join(self.known.unit_name(unit) for unit in value)
        if isinstance(value, datetime):
            return self.local.time(value if value.tzinfo else value.replace(tzinfo=self.local.zone))
        if isinstance(value, date):
            return self.local.weekday(value)
        if value in self.known.categories_by_key:
            return self.local._(self.known.categories_by_key[value].name)
        return self.local._(CHOSEN[value]) if value in CHOSEN else self.shown(str(value))

    def _planned(self, step: Mapping[str, Any]) -> str:
        """One step of a plan as it was made: later changes are lines of their own."""
        due = self.local.weekday(date.fromisoformat(step["due"]))
        return f"{self.shown(step['title'])} · {self.known.unit_name(step['unit'])} · {due}"


def names_of(session: Session, stories: Iterable[Story]) -> dict[int, str]:
    """The people of a story, in one query."""
    people = {story.event.person_id for story in stories if story.event.person_id is not None}
    rows = session.exec(select(Person).where(col(Person.id).in_(people))).all() if people else []
    return {person.id: person.name for person in rows if person.id is not None}


def _complete(story: Story) -> dict[str, Any]:
    """An event leaves out what its command has by default. Words that were erased by law stay out."""
    if story.is_erased:
        return {}
    details = story.details
    fields = EVERY_COMMAND[story.event.verb].model_fields
    defaults = {name: field.default for name, field in fields.items() if not field.is_required()}
    dated = {name: read(details[name]) for name, read in DATED.items() if name in fields and details.get(name)}
    return {**defaults, **details, **dated}


def _is_public(event: TicketEvent, details: Mapping[str, Any]) -> bool:
    """The villager's own page decides what it shows; this only repeats it."""
    return any(row.verb == event.verb and row.when(event, details) for row in SHOWN)


def _special(event: TicketEvent, details: Mapping[str, Any]) -> str | None:
    """Verbs that are said differently by what came of them."""
    for verb, holds, sentence in SPECIAL:
        if event.verb == verb and holds(event, details):
            return sentence
    return None


ERASED = _("这里的话已依法删除。")
SPOKEN = ("words", "text", "reason", "note")
"""Where a command keeps what a person said in his own words."""

LABELS: dict[str, str] = {
    "submit": _("提交心愿"),
    "assign": _("派给{unit}"),
    "reassign": _("改派给{unit}"),
    "verify": _("现场核实"),
    "reply": _("写好反馈，送审核"),
    "approve_reply": _("审核通过，答复了诉求人"),
    "mark_overdue": _("超过了答应的日子"),
    "merge": _("并入 {into}"),
    "split": _("拆成 {parts} 件"),
    "note": _("内部备注"),
    "rule_on_call": _("裁定{unit}报不报到"),
    "call_more": _("再叫{unit}来"),
    "score_call": _("给{unit}打分"),
    "request_return": _("申请退单，建议改派给{unit}"),
    "rule": _("裁定由{unit}主办"),
}

Special = Callable[[TicketEvent, Mapping[str, Any]], bool]

# fmt: off
SPECIAL: tuple[tuple[str, Special, str], ...] = (
    # verb            when                                                                what it is called then
    ("submit",        lambda event, said: event.role is not Role.resident,                _("代群众录入")),
    ("contact",       lambda event, said: said.get("is_reached") is True,                 _("联系上了诉求人")),
    ("contact",       lambda event, said: True,                                           _("没有联系上诉求人")),
    ("reply",         lambda event, said: event.status_to is Status.follow_up,            _("答复了诉求人")),
    ("rate",          lambda event, said: event.status_to is Status.in_progress,          _("评价不满意，重新办理")),
    ("follow_up",     lambda event, said: said.get("is_groundless") is True,              _("回访不满意，没有道理，解释后办结")),
    ("follow_up",     lambda event, said: event.status_to is Status.closed,               _("回访后办结")),
    ("follow_up",     lambda event, said: event.status_to is Status.in_progress,          _("回访不满意，重新办理")),
    ("follow_up",     lambda event, said: said.get("result") == "call_later",             _("回访约好了时间再打")),
    ("follow_up",     lambda event, said: said.get("result") != "answered",               _("回访没有接通")),
    ("reopen",        lambda event, said: event.status_to is Status.submitted,            _("重新受理")),
    ("expedite",      lambda event, said: event.role is Role.system,                      _("到时提醒")),
    ("grant",         lambda event, said: said.get("ask") == "giving_back",               _("准予退单，改派给{unit}")),
)
# fmt: on

JUDGEMENTS = frozenset({"approve_reply", "send_back"})
