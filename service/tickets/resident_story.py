"""What the villager may read of her wish's story: a row for each verb that she hears of; the rest stays inside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from service.directory.reference import Reference
from service.masking import mask_text
from service.tickets.heard import Heard, as_she_hears, goes_straight_to_her
from service.tickets.models import Attachment
from service.tickets.queries import Story
from service.tickets.told_when import (
    Test,
    always,
    by_an_official,
    by_her,
    grants,
    she_may_see,
    was_answered,
    was_kept,
    was_reached,
)
from workflows.commands import CHOICE_WORDS
from workflows.statuses import Role
from workflows.words import _

CHOICE_LABELS: dict[str, str] = {str(choice.value): label for choice, label in CHOICE_WORDS.items()}


@dataclass(frozen=True)
class Shown:
    """`words` and `choice` name the fields that she reads; `label` may say {unit}, {target} and {choice}."""

    verb: str
    when: Test
    label: str
    words: str = ""
    choice: str = ""
    has_photos: bool = False


# fmt: off
SHOWN: tuple[Shown, ...] = (
    # verb                when                  what it is called                         her words, or words for her
    Shown("submit",          by_her,               _("您说了这件事")),
    Shown("submit",          always,               _("{unit}替您记下了这件事")),
    Shown("supplement",      by_her,               _("您补充了几句"),                        words="text", has_photos=True),
    Shown("supplement",      always,               _("{unit}替您补充了几句"),                  words="text", has_photos=True),
    Shown("inquire",         always,               _("{unit}有句话问您"),                     words="words"),
    Shown("lapse_inquiry",   always,               _("没有等到您回话，接着办了；随时可以补充")),
    Shown("withdraw",        always,               _("您撤回了"),                            words="reason"),
    Shown("decline",         always,               _("{unit}没有受理：{choice}"),             words="words", choice="ground"),
    Shown("assign",          always,               _("{unit}交给{target}去办")),
    Shown("reassign",        always,               _("{unit}改由{target}来办")),
    Shown("acknowledge",     always,               _("{unit}看到了")),
    Shown("contact",         was_reached,          _("{unit}联系了您")),
    Shown("contact",         always,               _("{unit}找过您，没有联系上")),
    Shown("verify",          always,               _("{unit}到现场看了")),
    Shown("report_progress", she_may_see,          _("{unit}说了办的进展"),                    words="words", has_photos=True),
    Shown("reply",           goes_straight_to_her, _("{unit}给了您答复"),                      words="words", has_photos=True),
    Shown("approve_reply",   always,               _("{unit}给了您答复"),                      words="words", has_photos=True),
    Shown("rate",            always,               _("您的评价：{choice}"),                    words="words", choice="satisfaction"),
    Shown("follow_up",       was_answered,         _("{unit}问了您办得怎么样")),
    Shown("follow_up",       always,               _("{unit}找您问办得怎么样，没有问到")),
    Shown("reopen",          by_her,               _("您要求重新办"),                          words="reason"),
    Shown("reopen",          always,               _("{unit}要求重新办")),
    Shown("close",           always,               _("办完了")),
    Shown("merge",           always,               _("和别的乡亲说的合在一起办")),
    Shown("unmerge",         always,               _("不是一回事，改为单独办您这一件")),
    Shown("split",           always,               _("{unit}把它分成几件来办")),
    Shown("create_issue",    always,               _("别处也有人说，放在一起办")),
    Shown("join_issue",      always,               _("别处也有人说，放在一起办")),
    Shown("leave_issue",     always,               _("改为单独办这一件")),
    Shown("expedite",        by_her,               _("您催了一次"),                            words="note"),
    Shown("expedite",        by_an_official,       _("{unit}催了一次")),
    Shown("supervise",       always,               _("上级盯着办")),
    Shown("mark_overdue",    always,               _("过了答应的日子，负责人已经知道")),
    Shown("mark_claimable",  always,               _("{unit}按您同意的，请大家来帮这件事"),        words="words"),
    Shown("unmark_claimable", always,              _("{unit}不再请别人认领这件事")),
    Shown("publish",         always,               _("{unit}把这件事写上了公示墙，没有您的名字"),     words="words"),
    Shown("show_photos",     always,               _("{unit}选了公示墙上的照片")),
    Shown("take_down",       always,               _("{unit}把这件事从公示墙上撤下了")),
    Shown("claim",           always,               _("有人认领了这件事，会来联系您（{choice}）"),  choice="kind"),
    Shown("join_claim",      always,               _("又有人一起认领了这件事（{choice}）"),       choice="kind"),
    Shown("contact_claimed", always,               _("认领的人和您说好了")),
    Shown("deliver_claim",   always,               _("认领的人给了您"),                        words="words", has_photos=True),
    Shown("withdraw_claim",  always,               _("认领的人来不了，请别人来帮")),
    Shown("lapse_claim",     always,               _("认领的人没有按时联系您，请别人来帮")),
    Shown("press_claim",     always,               _("过了说好的日子还没有兑现，已经催认领的人")),
    Shown("endorse",         always,               _("又有一位乡亲说“我也是”")),
    Shown("agree_to_notices", always,              _("有消息告诉您（{choice}）"),               choice="way"),
    Shown("stop_notices",    always,               _("不再给您发消息（{choice}）"),              choice="way"),
    Shown("recalculate_due", always,               _("放假安排有变，日子重新算过")),
    Shown("grant",           grants("giving_back"), _("改由{target}来办")),
    Shown("grant",           grants("extension"),  _("{unit}要多一些时间，经批准延到 {day}"),   words="reason"),
    Shown("grant",           grants("deferral"),   _("现在办不了，先记着，{day}再看"),          words="reason"),
    Shown("rule",            always,               _("县里定了由{target}来办")),
    Shown("review_deferral", always,               _("又看了一次，还办不了，{day}再看"),         words="reason"),
    Shown("resume",          always,               _("接着办了，日子重新算")),
    Shown("keep_promise",    always,               _("{unit}说答应的事办到了"),                 words="words", has_photos=True),
    Shown("break_promise",   always,               _("过了答应的日子，还没有办到，负责人已经知道")),
    Shown("confirm_promise", was_kept,             _("您说答应的事办到了"),                     words="words"),
    Shown("confirm_promise", always,               _("您说答应的事没有办到"),                   words="words"),
    Shown("return_to_desk",  always,               _("原来的单位撤销了，重新安排人来办")),
)
# fmt: on

OF_THE_ASKS = (
    *("request_return", "request_extension", "request_deferral", "request_exclusion", "request_consultation"),
    *("refuse", "press_decision", "report_undecided", "remind_promise"),
)
INSIDE = frozenset({"take_back_endorsement", "note", "send_back", "answer_supervision", "warn", *OF_THE_ASKS})
"""Verbs of which she hears nothing at all."""

HER_NEIGHBOURS_OWN = frozenset(
    {
        "agree_to_notices",
        "stop_notices",
        "inquire",
        "lapse_inquiry",
        "submit",
        "supplement",
        "contact",
        "rate",
        "follow_up",
        "reopen",
        "merge",
        "unmerge",
        "split",
    }
) | {
    *("mark_claimable", "unmark_claimable", "claim", "join_claim", "contact_claimed", "deliver_claim"),
    *("withdraw_claim", "lapse_claim", "press_claim"),
}
"""Of the ticket that hers was merged into she reads what is done, not what its villager said or was asked."""


@dataclass(frozen=True)
class Picture:
    id: int
    url: str
    thumb_url: str
    alt: str = ""


@dataclass(frozen=True)
class Entry:
    """One line of 办理经过; `label` is in the reader's language."""

    verb: str
    at: datetime
    label: str
    words: str = ""
    photos: Sequence[Picture] = ()
    who: str = ""
    facts: Sequence[tuple[str, str]] = ()
    tone: str = ""


@dataclass(frozen=True)
class Answer:
    """A reply that reached the villager."""

    at: datetime
    unit_name: str
    words: str
    outcome: str | None
    promised_for: date | None
    referred_to: str | None
    photos: Sequence[Picture]
    round: int


@dataclass(frozen=True)
class Reader:
    """`translate` speaks her language; `is_neighbour`: her wish was merged into the one whose story this is. `masked`
    hides who somebody is, and `may_see` is asked of each picture."""

    known: Reference
    translate: Callable[[str], str]
    picture: Callable[[Attachment], Picture]
    is_neighbour: bool = False
    sees_words: bool = True
    day: Callable[[date], str] = str
    masked: Callable[[str], str] = mask_text
    may_see: Callable[[Attachment], bool] = lambda photo: True


def entries(stories: Sequence[Story], reader: Reader) -> list[Entry]:
    """Newest first."""
    told = [(each, row) for each in as_she_hears(stories) if (row := _row(each, reader)) is not None]
    return [_entry(each, row, reader) for each, row in reversed(told)]


def last_answer(stories: Sequence[Story], reader: Reader) -> Answer | None:
    """The latest reply that reached her."""
    given = [each for each in as_she_hears(stories) if each.event.verb in {"reply", "approve_reply"}]
    return _answer(given[-1], reader) if given and reader.sees_words else None


def _row(heard: Heard, reader: Reader) -> Shown | None:
    event = heard.event
    if reader.is_neighbour and (event.verb in HER_NEIGHBOURS_OWN or event.role is Role.resident):
        return None
    return next((row for row in SHOWN if row.verb == event.verb and row.when(event, heard.said)), None)


def _entry(heard: Heard, row: Shown, reader: Reader) -> Entry:
    words = reader.masked(heard.said.get(row.words) or "") if reader.sees_words else ""
    photos = _pictures(heard, reader) if row.has_photos and reader.sees_words else ()
    return Entry(heard.event.verb, heard.event.at, _label(heard, row, reader), words, photos)


def _pictures(heard: Heard, reader: Reader) -> list[Picture]:
    return [reader.picture(each) for each in heard.photos if reader.may_see(each)]


def _label(heard: Heard, row: Shown, reader: Reader) -> str:
    choice = CHOICE_LABELS.get(heard.said.get(row.choice, ""))
    names = {
        "unit": reader.known.unit_name(heard.unit_id) or reader.translate(_("受理的单位")),
        "target": reader.known.unit_name(heard.said.get("unit")),
        "choice": reader.translate(choice) if choice else "…",
        "day": reader.day(date.fromisoformat(heard.said["until"])) if heard.said.get("until") else "…",
    }
    return reader.translate(row.label).format(**names)


def _answer(heard: Heard, reader: Reader) -> Answer:
    said = heard.said
    promised = said.get("promised_for")
    return Answer(
        at=heard.event.at,
        unit_name=reader.known.unit_name(heard.unit_id),
        words=reader.masked(said.get("words", "")),
        outcome=said.get("outcome"),
        promised_for=date.fromisoformat(promised) if promised else None,
        referred_to=reader.masked(said["referred_to"]) if said.get("referred_to") else None,
        photos=_pictures(heard, reader),
        round=heard.event.round,
    )
