"""Writes of the directory: links given out and taken back, people and their posts, the county's limits and calendar."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, delete, select
from sqlmodel.sql.expression import SelectOfScalar

from service import clock
from service.directory.models import (
    Appointment,
    Area,
    CalendarDay,
    CalendarYear,
    EmergencyMode,
    Link,
    Person,
    TimeLimit,
    Unit,
)
from service.directory.reference import reference, touch
from service.directory.whistle_models import WhistleChoice, WhistleStep
from service.errors import NotFound
from service.security import hash_password
from service.settings import settings
from workflows.calendar_years import CalendarYearData
from workflows.refusals import Refused
from workflows.statuses import Role
from workflows.whistle_kinds import KindRow, ReasonRow
from workflows.whistle_steps import LadderStep
from workflows.words import _
from workflows.workdays import Term

TOKEN_LETTERS = "23456789abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0 O 1 l I i: a short address is also read aloud and copied by hand."""
TOKEN_LENGTH = 8
PASSWORD_LEAST = 10


@dataclass(frozen=True)
class LinkTerms:
    """`valid_until` is the last day on which it works; `daily_cap` the most wishes it takes in a day."""

    label: str
    valid_until: date | None = None
    daily_cap: int | None = None
    pushed_by_id: int | None = None
    fallback_unit_id: int | None = None


def create_link(session: Session, area_id: int, terms: LinkTerms, now: datetime) -> Link:
    """A link for one group chat. Raises NotFound for an unknown area."""
    if session.get(Area, area_id) is None:
        raise NotFound(_("没有这个地方。"))
    if terms.daily_cap is not None and terms.daily_cap < 1:
        raise Refused(_("每天的上限至少是 1。"), field="daily_cap")
    if terms.valid_until is not None and terms.valid_until < clock.local(now, settings().time_zone).date():
        raise Refused(_("有效期不能早于今天。"), field="valid_until")
    link = Link(
        token=new_token(),
        area_id=area_id,
        label=terms.label,
        valid_until=terms.valid_until,
        daily_cap=terms.daily_cap,
        pushed_by_id=terms.pushed_by_id,
        fallback_unit_id=terms.fallback_unit_id,
        created_at=now,
    )
    session.add(link)
    session.flush()
    return link


def new_token() -> str:
    return "".join(secrets.choice(TOKEN_LETTERS) for _letter in range(TOKEN_LENGTH))


def revoke_link(session: Session, token: str, now: datetime, fallback_unit_id: int | None = None) -> Link:
    """Take a link back; who still opens it reads whom to ask. A second time changes nothing. Raises NotFound."""
    link = session.exec(select(Link).where(Link.token == token)).one_or_none()
    if link is None:
        raise NotFound(_("没有这个链接。"))
    link.revoked_at = link.revoked_at or now
    link.fallback_unit_id = fallback_unit_id or link.fallback_unit_id
    session.add(link)
    return link


@dataclass(frozen=True)
class NewPost:
    unit_id: int
    role: Role
    title: str = ""
    is_head: bool = False


def add_person(session: Session, login: str, name: str, password: str, posts: list[NewPost], now: datetime) -> Person:
    """A person who can sign in. Raises Refused for a login that is taken, a short password, an unknown unit."""
    if session.exec(select(Person.id).where(Person.login == login)).first() is not None:
        raise Refused(_("这个登录名已经有人用了，请换一个。"), field="login")
    person = Person(login=login, name=name, password_hash=password_hash(password), created_at=now)
    session.add(person)
    session.flush()
    for post in posts:
        appoint(session, person, post)
    return person


def appoint(session: Session, person: Person, post: NewPost) -> None:
    if session.get(Unit, post.unit_id) is None or person.id is None:
        raise Refused(_("没有这个单位，请重新选择。"), field="unit")
    row = Appointment(person_id=person.id, unit_id=post.unit_id, role=post.role, title=post.title, is_head=post.is_head)
    session.add(row)


def set_password(session: Session, login: str, password: str) -> Person:
    """A new password for somebody. Raises NotFound, Refused. Whoever calls also ends his sessions."""
    person = session.exec(select(Person).where(Person.login == login)).one_or_none()
    if person is None:
        raise NotFound(_("没有这个登录名。"))
    person.password_hash = password_hash(password)
    session.add(person)
    return person


def password_hash(password: str) -> str:
    if len(password) < PASSWORD_LEAST:
        raise Refused(_("密码至少要 {least} 个字符。"), field="password", least=PASSWORD_LEAST)
    return hash_password(password)


def set_limit(session: Session, name: str, term: Term, person_id: int | None, now: datetime) -> None:
    """The county's own term in place of the default. Running clocks stay as they were promised."""
    if name not in reference(session).limits.terms:
        raise NotFound(_("没有这个时限。"))
    row = TimeLimit(name=name, amount=term.amount, unit=term.unit, changed_at=now, changed_by_id=person_id)
    session.merge(row)
    touch(session)


def reset_limit(session: Session, name: str) -> None:
    session.exec(delete(TimeLimit).where(col(TimeLimit.name) == name))
    touch(session)


def set_whistle_kind(session: Session, row: KindRow, person_id: int | None, now: datetime) -> None:
    """The county's own kind of whistle, in place of one of the table or beside them. Whistles that run go on."""
    _set_choice(session, f"kind:{row.kind}", row, person_id, now, approval=row.approval, goes_by=row.goes_by)


def set_whistle_reason(session: Session, row: ReasonRow, person_id: int | None, now: datetime) -> None:
    """The county's own reason for a whistle, in place of one of the table or beside them."""
    _set_choice(session, f"reason:{row.reason}", row, person_id, now)


def _set_choice(
    session: Session, name: str, row: KindRow | ReasonRow, person_id: int | None, now: datetime, **more: Any
) -> None:
    named: dict[str, Any] = {"words": row.words, "english": row.english, "is_offered": row.is_offered}
    session.merge(WhistleChoice(name=name, changed_at=now, changed_by_id=person_id, **named, **more))
    touch(session)


def watch_over_added(session: Session, kind: KindRow) -> None:
    """The county's own steps watch over a kind that is added as over the one that it goes by."""
    for row in session.exec(select(WhistleStep)).all():
        keys = row.kinds.split()
        if kind.goes_by in keys:
            row.kinds = " ".join(sorted({*keys, kind.kind}))
            session.add(row)


def set_whistle_step(session: Session, step: LadderStep, is_on: bool, person_id: int | None, now: datetime) -> None:
    """The county's own step of the ladder. What has fired under its name fires no more, wherever it stands now."""
    term = step.before or step.after
    row = WhistleStep(
        name=step.name,
        duty=step.duty,
        rung=step.rung,
        note=step.note,
        kinds=" ".join(sorted(step.kinds)),
        percent=step.percent,
        amount=term.amount if term else None,
        unit=term.unit if term else None,
        is_before=step.before is not None,
        is_on=is_on,
        changed_at=now,
        changed_by_id=person_id,
    )
    session.merge(row)
    touch(session)


def begin_emergency(
    session: Session, area_id: int, reason: str, roster: str, person_id: int | None, now: datetime
) -> EmergencyMode:
    """What is promised in this area from now on is shorter. Raises NotFound, and Refused where it holds already."""
    if session.get(Area, area_id) is None:
        raise NotFound(_("没有这个地方。"))
    if session.exec(_open_emergency(area_id)).first() is not None:
        raise Refused(_("这个地方已经在应急状态。"), field="area")
    mode = EmergencyMode(area_id=area_id, reason=reason, duty_roster=roster, began_at=now, began_by_id=person_id)
    session.add(mode)
    touch(session)
    session.flush()
    return mode


def end_emergency(session: Session, mode: EmergencyMode, person_id: int | None, now: datetime) -> None:
    """Running clocks stay as they were promised; only what is promised from now on is as usual."""
    if mode.ended_at is not None:
        raise Refused(_("这里已经转回平时了。"))
    mode.ended_at, mode.ended_by_id = now, person_id
    session.add(mode)
    touch(session)


def _open_emergency(area_id: int) -> SelectOfScalar[EmergencyMode]:
    return select(EmergencyMode).where(EmergencyMode.area_id == area_id, col(EmergencyMode.ended_at).is_(None))


def publish_year(session: Session, year: CalendarYearData, source: str, person_id: int | None, now: datetime) -> None:
    """Take in a year's official calendar. A notice may change days of the December before; those are replaced too."""
    first, last = date(year.year, 1, 1), date(year.year, 12, 31)
    session.exec(
        delete(CalendarDay).where(col(CalendarDay.day).between(first, last) | col(CalendarDay.day).in_(year.days))
    )
    session.add_all(CalendarDay(day=day, kind=special.kind, name=special.name) for day, special in year.days.items())
    session.merge(CalendarYear(year=year.year, source=source, uploaded_at=now, uploaded_by_id=person_id))
    touch(session)
