"""Tells of wishes in which others have a part: issues, whistles, duplicates, neighbours. These are played in turns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from service.demo.people import handlers
from service.directory.defaults import BY_KEY
from service.simulation import hearing, working
from service.simulation.fates import Fate, Stays
from service.simulation.matters import Common, year
from service.simulation.speaking import fill_in, say
from service.simulation.stories import Frame, Step, Teller, Told, finished
from service.simulation.telling import begin
from workflows.commands import Outcome
from workflows.terms import working_hours

NEIGHBOUR = "neighbour"
A_DAY = timedelta(days=1)
PLANNED_DAYS = 45


@dataclass(frozen=True)
class IssueTale:
    """What is done with several wishes as one; `members` are their places, `step` as in a story."""

    members: tuple[int, ...]
    steps: tuple[Step, ...]


@dataclass
class Lot:
    """Stories that are played together."""

    stories: list[Told] = field(default_factory=list)
    issues: list[IssueTale] = field(default_factory=list)


def tell_whistled(fate: Fate, frame: Frame) -> Told:
    teller = begin(fate, frame)
    working.receive(teller)
    working.contact(teller, teller.at, teller.at + A_DAY)
    alone = len(teller.steps)
    _whistle(teller)
    if fate.stays is not Stays.whistled:
        working.reply(teller, max(working.target(teller), teller.at + A_DAY * fate.speed))
        hearing.hear(teller)
    return finished(teller, alone)


def tell_endorsed(fate: Fate, frame: Frame) -> Told:
    """While it is worked at, neighbours say that they have it, too. A first of twins is worked at as usual."""
    teller = begin(fate, frame)
    working.receive(teller)
    taken_on = len(teller.steps)
    working.work(teller, working.target(teller))
    until = working.target(teller)
    moments = sorted(
        fate.at + teller.lots.uniform(0.02, 0.9) * (until - fate.at) for _neighbour in range(fate.endorsed)
    )
    working.reply(teller, until)
    hearing.hear(teller)
    said = [Step(at, NEIGHBOUR, "endorse", {"browser": number}, True) for number, at in enumerate(moments)]
    kept = [step for step in said if step.at > teller.steps[taken_on - 1].at]
    later = sorted(teller.steps[taken_on:] + kept, key=lambda step: step.at)
    teller.steps = teller.steps[:taken_on] + later
    return finished(teller, alone=len(teller.steps))


def tell_twin(fate: Fate, frame: Frame) -> Told:
    """并单: seen by the dispatcher, and joined to the first. `into` is the place of that one."""
    teller = begin(fate, frame)
    reason = say("merged", teller.lots)
    seen = teller.pace.awake(teller.at + teller.pace.minutes(20, 500))
    teller.add(seen, "county-dispatch", "merge", into=fate.partner, reason=reason)
    teller.concluded_at = teller.at
    return finished(teller, alone=len(teller.steps))


def tell_issue(members: Sequence[Fate], frame: Frame) -> Lot:
    """共性问题: several wishes, one plan, one answer to all, and each villager is heard by herself."""
    tellers = [begin(fate, frame) for fate in members]
    for teller in tellers:
        working.receive(teller)
        working.contact(teller, teller.at, teller.at + A_DAY)
    alone = [len(teller.steps) for teller in tellers]
    first = tellers[0]
    first.at = max(teller.at for teller in tellers)
    steps = _opened(first)
    if first.fate.tale is not None:
        _whistle(first)
    if first.fate.stays is None:
        steps.append(_answered(first))
        for teller in tellers:
            _heard(teller, steps[-1].at)
        steps.append(_ended(tellers))
    tale = IssueTale(tuple(fate.place for fate in members), tuple(_in_time(steps, frame)))
    stories = [finished(teller, count) for teller, count in zip(tellers, alone, strict=True)]
    return Lot(stories, [tale])


def _opened(first: Teller) -> list[Step]:
    common, dispatcher = _common(first), f"{first.fate.town}-dispatch"
    at = first.pace.in_office(first.at, 60, 400)
    expected = (at + timedelta(days=PLANNED_DAYS)).date()
    later = first.pace.in_office(at, 20, 100)
    first.at = later
    title = f"{first.fate.village}一带：{common.title}"
    described = {"title": title, "public_text": common.plan, "expected_on": expected}
    return [
        Step(at, dispatcher, "create_issue", {"title": title}),
        Step(later, dispatcher, "describe_issue", described),
    ]


def _answered(first: Teller) -> Step:
    days = first.lots.uniform(2, 9) * first.fate.speed
    at = first.pace.in_office(first.at + timedelta(days=days), 10, 90)
    said = {"outcome": Outcome.resolved, "words": _common(first).answer}
    return Step(at, first.cast.handler, "answer_issue", said)


def _heard(teller: Teller, answered: datetime) -> None:
    teller.at = answered + timedelta(minutes=1)
    if BY_KEY[teller.fate.matter.category].needs_review:
        working.approve(teller)
    hearing.hear(teller)


def _ended(tellers: Sequence[Teller]) -> Step:
    over = max(teller.concluded_at for teller in tellers if teller.concluded_at is not None)
    at = tellers[0].pace.in_office(over + A_DAY * tellers[0].fate.speed, 20, 300)
    return Step(
        at, f"{tellers[0].fate.town}-dispatch", "end_issue", {"reason": "各户都答复、回访完了，路上再看一遍没有反复。"}
    )


def _in_time(steps: Sequence[Step], frame: Frame) -> list[Step]:
    return [step for step in steps if step.at <= frame.span.end]


def _common(teller: Teller) -> Common:
    assert teller.fate.matter.common is not None
    return teller.fate.matter.common


# The whistle


def _whistle(teller: Teller) -> None:
    """吹哨 by the town's desk, or by its principal where nobody has to approve."""
    tale, fate = year().whistle[teller.fate.tale or 0], teller.fate
    lead, helper, matter = year().calls[fate.matter.category]
    text = fill_in(teller.lots.choice(tale.text), teller.lots, matter=f"{fate.village}{matter}")
    blows = "dispatch" if tale.step[0]["verb"] == "approve_whistle" else "head"
    called: dict[str, Any] = {
        "lead": lead,
        "supporting": (helper,),
        "kind": tale.kind,
        "reason": tale.reason,
        "text": text,
    }
    teller.add(teller.pace.in_office(teller.at, 40, 300), f"{fate.town}-{blows}", "blow_whistle", **called)
    begun = teller.at
    plan = _plan(tale.step, lead, helper)
    for told in tale.step:
        at = teller.frame.calendar.add(begun, working_hours(told["after"])) - timedelta(
            minutes=teller.lots.randint(3, 40)
        )
        at = max(at, teller.at + timedelta(minutes=1))
        who, fields = _who(told["who"], fate, lead, helper), _fields(told, plan, teller, at, lead, helper)
        teller.add(at, who, told["verb"], **fields)


def _plan(steps: Sequence[Mapping[str, Any]], lead: str, helper: str) -> list[dict[str, Any]]:
    """Each milestone is in the hands of whoever will report it."""
    planned = next((step for step in steps if step["verb"] == "plan_work"), None)
    if planned is None:
        return []
    reporters = {step["milestone"]: step["who"] for step in steps if step["verb"] == "report_milestone"}
    units = {"lead": lead, "help": helper}
    named = zip(planned["titles"], planned["days"], strict=True)
    return [
        {"title": title, "unit": units[reporters[place]], "days": days} for place, (title, days) in enumerate(named)
    ]


def _fields(
    told: Mapping[str, Any], plan: Sequence[Mapping[str, Any]], teller: Teller, at: datetime, lead: str, helper: str
) -> dict[str, Any]:
    left_out = {"after", "who", "verb", "titles", "days"}
    fields = {name: value for name, value in told.items() if name not in left_out}
    if "unit" in fields:
        fields["unit"] = {"lead": lead, "help": helper}[fields["unit"]]
    if told["verb"] == "plan_work":
        fields["milestones"] = tuple(_dated(milestone, at, teller.frame.span.zone) for milestone in plan)
    if told["verb"] == "hold_site_meeting":
        fields |= {"held_on": at.astimezone(teller.frame.span.zone).date(), "place": teller.fate.village}
    if told.get("is_on_site"):
        fields["place"] = f"{teller.fate.village}{fill_in('{near}', teller.lots)}"
    return fields


def _dated(milestone: Mapping[str, Any], planned: datetime, zone: ZoneInfo) -> dict[str, Any]:
    due = (planned + timedelta(days=milestone["days"] + 1)).astimezone(zone).date()
    return {"title": milestone["title"], "unit": milestone["unit"], "due": due}


def _who(who: str, fate: Fate, lead: str, helper: str) -> str:
    """A bureau speaks through the one who handles its wishes."""
    if who in {"lead", "help"}:
        return handlers()[lead if who == "lead" else helper][0]
    return who.replace("town-", f"{fate.town}-", 1)
