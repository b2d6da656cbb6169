"""The demo's sign-ins: one official of each kind, mayor and bureau head too, with the one password they share."""

from dataclasses import dataclass

from service.demo.county import county
from service.demo.people import officials

PASSWORD = "weiyuan-demo"
"""Everybody's, and printed on the sign-in page: this county has no secrets."""

SHOWN = (
    "xiangshuiyan-head",
    "xiangshuiyan-dispatch",
    "xiangshuiyan-construction",
    "xiangshuiyan-review",
    "xiangshuiyan-follow-up",
    "transport",
    "transport-head",
    "county-dispatch",
    "follow-up",
    "supervisor",
    "admin",
)


@dataclass(frozen=True)
class SignIn:
    login: str
    password: str
    unit: str
    title: str


def sign_ins() -> tuple[SignIn, ...]:
    """One official of each kind, as a wish meets them; the mayor approves, a bureau's head answers."""
    people = {person.login: person for person in officials()}
    units = {unit.key: unit.name for unit in county().units}
    return tuple(SignIn(login, PASSWORD, units[people[login].unit], people[login].title) for login in SHOWN)


def demo_people() -> tuple[tuple[str, str, str], ...]:
    """For the sign-in page: login, password, who it is."""
    return tuple((each.login, each.password, f"{each.unit} {each.title}") for each in sign_ins())
