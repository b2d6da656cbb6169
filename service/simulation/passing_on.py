"""派单, 退单, 改派, 延期, 挂账, 剔除 in one story: how a wish comes to its unit, and what the unit asks for."""

from datetime import date, datetime, timedelta

from service.demo.cast import county_office
from service.demo.people import handlers
from service.simulation.speaking import say
from service.simulation.stories import Teller
from workflows.ask_words import AskKind
from workflows.terms import working_days
from workflows.time_limits import Urgency

OFFICES = ("construction", "agriculture", "social", "peace", "service")
RETURNED, RULED = 0.3, 0.35
MADE_COMPLEX, ASKS_FOR_TIME, IS_REFUSED = 0.17, 0.6, 0.1
EXTENDED_MOST = 9
"""Working days: one less than may be granted, so that the evening of the last one still fits."""
DISPATCHERS = "county-dispatch"


def dispatch(teller: Teller) -> None:
    """From one unit to the next until it is with the right one; the first way is by return, later ones are ruled."""
    first, *others = _way(teller)
    _assign(teller, first)
    returns = 0
    for held_by, unit in zip([first, *others], others, strict=False):
        if teller.happens(RETURNED) and returns < 2:
            _is_given_back(teller, held_by, unit, is_ruled=returns == 1)
            returns += 1
        else:
            reason = say("return", teller.lots)
            teller.add(teller.later(20, 220), DISPATCHERS, "reassign", unit=unit, reason=reason)


def _way(teller: Teller) -> list[str]:
    """So many units, no two neighbours alike; the last one is right."""
    fate, lots = teller.fate, teller.lots
    strangers = [f"{fate.town}.{office}" for office in OFFICES] + [county_office(fate.matter.category)]
    way = [teller.cast.unit]
    while len(way) < fate.transfers:
        fitting = [unit for unit in strangers if unit != way[0] and unit in handlers()]
        way.insert(0, lots.choice(fitting))
    return way


def _assign(teller: Teller, unit: str) -> None:
    _look_ahead(teller)
    note = say("urgent_note", teller.lots) if teller.urgency is Urgency.danger else None
    teller.add(
        teller.later(8, 170),
        teller.cast.dispatcher,
        "assign",
        unit=unit,
        category=teller.fate.matter.category,
        urgency=teller.urgency,
        note=note,
    )


def _look_ahead(teller: Teller) -> None:
    """What will plainly take longer is promised for later."""
    if teller.urgency is Urgency.ordinary and (teller.fate.is_woven or teller.happens(MADE_COMPLEX)):
        teller.urgency = Urgency.complex


def _is_given_back(teller: Teller, held_by: str, unit: str, *, is_ruled: bool) -> None:
    handler, reason = teller.lots.choice(handlers()[held_by]), say("return", teller.lots)
    teller.add(teller.later(15, 200), handler, "request_return", unit=unit, reason=reason)
    at = teller.later(20, 200)
    if is_ruled:
        teller.add(at, DISPATCHERS, "rule", unit=unit, words=say("ruled", teller.lots))
    else:
        note = say("granted", teller.lots)
        teller.add(at, _desk(teller), "grant", ask=AskKind.giving_back, unit=unit, note=note)


def ask_for_time(teller: Teller, start: datetime, until: datetime) -> None:
    """延期: asked for before the promise is over, and decided before the answer comes."""
    due = teller.pace.due(teller.fate.at, teller.urgency)
    can_wait = teller.urgency in {Urgency.ordinary, Urgency.complex}
    if until <= due or not can_wait or teller.fate.is_woven or not teller.happens(ASKS_FOR_TIME):
        return
    at = teller.pace.within(start, due, teller.lots.uniform(0.4, 0.8), teller.urgency)
    latest = teller.frame.calendar.add(due, working_days(EXTENDED_MOST))
    day = min(_day(teller, until + timedelta(days=1)), _day(teller, latest))
    if not teller.at < at < due or day <= _day(teller, due):
        return
    reason = say("extension", teller.lots)
    teller.add(at, teller.cast.handler, "request_extension", is_attempt=True, until=day, reason=reason)
    decided = teller.pace.in_office(teller.at, 30, 240)
    if decided < until and not teller.happens(IS_REFUSED):
        note = say("granted", teller.lots)
        teller.add(decided, _desk(teller), "grant", is_attempt=True, ask=AskKind.extension, note=note)
    elif decided < until:
        note = say("refused", teller.lots)
        teller.add(decided, _desk(teller), "refuse", is_attempt=True, ask=AskKind.extension, note=note)


def put_off(teller: Teller) -> None:
    """挂账 until a day after the year has ended."""
    review = teller.frame.span.end + timedelta(days=teller.lots.randint(6, 45))
    evidence, reason = say("deferral_evidence", teller.lots), say("deferral", teller.lots)
    teller.add(
        teller.later(60, 900),
        teller.cast.handler,
        "request_deferral",
        until=_day(teller, review),
        reason=reason,
        evidence=evidence,
    )
    teller.add(teller.later(40, 300), _desk(teller), "grant", ask=AskKind.deferral, note=say("granted", teller.lots))


def leave_out(teller: Teller) -> None:
    """剔除, with its evidence, by the supervisors of the county."""
    evidence = say("exclusion", teller.lots)
    teller.add(teller.later(20, 200), teller.cast.handler, "request_exclusion", evidence=evidence)
    note = say("granted", teller.lots)
    teller.add(teller.later(30, 300), "supervisor-2", "grant", ask=AskKind.exclusion, note=note)


def _desk(teller: Teller) -> str:
    """The nearest desk decides; nobody of it has the wish in his hands."""
    return f"{teller.fate.town}-dispatch"


def _day(teller: Teller, moment: datetime) -> date:
    return moment.astimezone(teller.frame.span.zone).date()
