"""A county in which everything can happen at once: two towns, four bureaus, and everybody who may say something.

Besides those of tests/factories.py: a second town (白河镇) with desk, village and principal; 何镇长 who approves whistles
in each town; a water and a power bureau; and 罗文 who wears two hats, as dispatcher and as handler of his own town.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session, select

from service.accounts.actors import actor_of
from service.claims import lifecycle as claims
from service.directory.lifecycle import set_whistle_kind
from service.directory.models import (
    Appointment,
    Area,
    AreaLevel,
    Category,
    Link,
    Person,
    SampleRule,
    Unit,
    UnitClass,
)
from service.directory.reference import reference, touch
from service.issues import lifecycle as issues
from service.oversight import inspections
from service.oversight.inspection_forms import OpenRound
from service.whistles import lifecycle as whistles
from tests.factories import NOW, County, act, actor, add, build_county, number_of, submit_wish, wish_in
from workflows import whistle_commands as c
from workflows.actors import Actor
from workflows.claim_commands import Claim, MarkClaimable
from workflows.claim_words import ClaimantKind
from workflows.commands import Acknowledge, Assign
from workflows.issue_commands import CreateIssue
from workflows.statuses import FollowUpRule, Kind, Role, Status
from workflows.time_limits import Urgency
from workflows.whistle_kinds import Approval, KindRow
from workflows.whistle_words import WhistleKind, WhistleReason

ROAD = "国道被工程车压坏了，坑里全是泥，出不了门"
TODAY = NOW.date()


@dataclass(frozen=True)
class Whole:
    """Ids, as in `County`. `units` can be dissolved; `desks` cannot; `links` are of the two villages."""

    county: County
    towns: tuple[int, int]
    villages: tuple[int, int]
    desks: tuple[int, int, int]
    units: tuple[int, ...]
    links: tuple[Link, Link]
    people: tuple[Actor, ...]


def build_whole_county(session: Session) -> Whole:
    county = build_county(session)
    town, village = _second_town(session, county)
    desk, secretary_unit = _its_units(session, town, village)
    water = _unit(session, "县水利局", UnitClass.bureau, county.county)
    power = _unit(session, "青岭供电公司", UnitClass.outside, county.county)
    works = _unit(session, "清溪镇村镇建设办", UnitClass.town_office, county.town)
    _appoint_everybody(session, county, (desk, secretary_unit, water, power, works))
    _categories(session)
    set_whistle_kind(session, FLOOD, None, NOW)
    session.add(SampleRule(area_id=town, percent=50, seed="青岭", reason="人手不够", since=NOW))
    link = Link(token="n7Wq2ZbT", area_id=village, label="白河村村民群", created_at=NOW)
    add(session, link)
    touch(session)
    session.flush()
    session.expunge(link)
    return Whole(
        county=county,
        towns=(county.town, town),
        villages=(county.village, village),
        desks=(county.county_desk, county.town_desk, desk),
        units=(county.bureau, county.other_bureau, water, power, works, county.village_unit, secretary_unit),
        links=(county.link, link),
        people=_everybody(session),
    )


FLOOD = KindRow("own_1", "防汛抢险", Approval.after, goes_by=WhistleKind.emergency)
"""A kind of whistle that the county has added."""


def _second_town(session: Session, county: County) -> tuple[int, int]:
    top = session.get_one(Area, county.county)
    town = Area(name="白河镇", level=AreaLevel.town, parent_id=top.id, path="new town")
    town.path = f"{top.path}{add(session, town)}/"
    village = Area(name="白河村", level=AreaLevel.village, parent_id=town.id, path="new village")
    village.path = f"{town.path}{add(session, village)}/"
    return town.id or 0, village.id or 0


def _its_units(session: Session, town: int, village: int) -> tuple[int, int]:
    desk = _unit(session, "白河镇受理台", UnitClass.town_desk, town)
    session.get_one(Area, town).desk_unit_id = desk
    return desk, _unit(session, "白河村村委会", UnitClass.village, village)


def _unit(session: Session, name: str, unit_class: UnitClass, area: int) -> int:
    return add(session, Unit(name=name, short_name=name[-3:], unit_class=unit_class, area_id=area))


def _appoint_everybody(session: Session, county: County, units: tuple[int, ...]) -> None:
    desk, secretary_unit, water, power, works = units
    posts = (
        ("principal", [(county.town_desk, Role.reviewer, True)]),
        ("principal_2", [(desk, Role.reviewer, True)]),
        ("dispatcher_2", [(desk, Role.dispatcher, False)]),
        ("reviewer_2", [(desk, Role.reviewer, False)]),
        ("supervisor_2", [(desk, Role.supervisor, False)]),
        ("secretary_2", [(secretary_unit, Role.handler, True)]),
        ("water_handler", [(water, Role.handler, False)]),
        ("power_handler", [(power, Role.handler, True)]),
        ("two_hats", [(county.town_desk, Role.dispatcher, False), (works, Role.handler, False)]),
    )
    for login, held in posts:
        person = add(session, Person(login=login, name=login, created_at=NOW))
        for unit, role, is_head in held:
            session.add(Appointment(person_id=person, unit_id=unit, role=role, is_head=is_head))


def _categories(session: Session) -> None:
    """One in which each answer is followed up, and one in which hours count."""
    always = {"needs_review": True, "follow_up_rule": FollowUpRule.always}
    session.add(Category(key="water", name="供水", kind=Kind.trouble, urgency=Urgency.urgent, **always))
    session.add(Category(key="road", name="塌方", kind=Kind.trouble, urgency=Urgency.danger))
    session.flush()


def _everybody(session: Session) -> tuple[Actor, ...]:
    session.flush()
    known = reference(session)
    people = session.exec(select(Person.id).order_by(Person.id)).all()  # type: ignore[arg-type]
    return tuple(actor_of(session, person, known) for person in people if person is not None)


# What is going on there already


def with_its_days(session: Session, whole: Whole) -> Whole:
    """Wishes of most statuses, an issue, a whistle that is planned and one that is contested, a claim, a round."""
    county = whole.county
    for status in (Status.submitted, Status.assigned, Status.replied, Status.follow_up, Status.closed, Status.closed):
        wish_in(session, county, status)
    roads = [_in_village_hands(session, county) for _wish in range(3)]
    books = submit_wish(session, county, text="村文化室的书都旧了，想看种金银花的书。", phone="13900001111")
    _grouped(session, county, roads[:2])
    _planned(session, whole, roads[0])
    _contested(session, whole, roads[2])
    _claimed(session, county, books)
    inspections.open_round(session, _round(whole), None, NOW)
    return whole


def _in_village_hands(session: Session, county: County) -> int:
    ticket = submit_wish(session, county, text=ROAD)
    act(session, ticket, Assign(unit=county.village_unit), county.dispatcher)
    act(session, ticket, Acknowledge(), county.village_secretary)
    return ticket


def _grouped(session: Session, county: County, wishes: list[int]) -> None:
    numbers = tuple(number_of(session, wish) for wish in wishes)
    asker = actor(session, wishes[0], county.dispatcher)
    issues.create(session, CreateIssue(title="国道被压坏了", tickets=numbers), asker, NOW)


def _blown(session: Session, whole: Whole, ticket: int) -> int:
    calls = {"lead": whole.county.bureau, "supporting": whole.units[1:2]}
    asked = c.BlowWhistle(
        kind=WhistleKind.priority, reason=WhistleReason.beyond_power, text="请两家到现场定办法", **calls
    )
    return whistles.blow(session, ticket, asked, _named(session, "principal"), NOW)


def _planned(session: Session, whole: Whole, ticket: int) -> None:
    whistle, county = _blown(session, whole, ticket), whole.county
    lead = actor(session, ticket, county.handler)
    whistles.perform(session, whistle, c.ReportIn(is_on_site=True, place="村口"), lead, NOW)
    drafts = [
        {"title": title, "unit": unit, "due": TODAY + timedelta(days=days)}
        for title, unit, days in (("填坑保通", county.bureau, 4), ("清边沟", county.other_bureau, 12))
    ]
    whistles.perform(session, whistle, c.PlanWork.model_validate({"milestones": drafts}), lead, NOW)


def _contested(session: Session, whole: Whole, ticket: int) -> None:
    whistle = _blown(session, whole, ticket)
    contest = c.ContestCall(ground=c.ContestGround.town_can_do_it, words="国道归省里管")
    whistles.perform(session, whistle, contest, actor(session, ticket, whole.county.handler), NOW)


def _claimed(session: Session, county: County, ticket: int) -> None:
    pool = MarkClaimable(words="文化室想要一百本农技书", is_agreed=True, consent="今天打电话，本人愿意")
    act(session, ticket, pool, county.dispatcher)
    claims.claim(
        session, ticket, Claim(kind=ClaimantKind.organisation), actor(session, ticket, county.wrong_handler), NOW
    )


def _round(whole: Whole) -> OpenRound:
    days = {"closed_from": TODAY, "closed_until": TODAY, "due": TODAY + timedelta(days=30)}
    return OpenRound(area=whole.towns[0], unit=whole.units[3], percent=100, **days)


def _named(session: Session, login: str) -> Actor:
    person = session.exec(select(Person.id).where(Person.login == login)).one()
    return actor_of(session, person or 0, reference(session))
