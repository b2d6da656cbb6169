"""The fixed cast for the pure rules: who they are, where they sit, and what they are to ticket 7 of 石桥村.

县 /1/ ── 青川镇 /1/4/ ── 石桥村 /1/4/9/, and 白河镇 /1/5/ next to it.
"""

from workflows.actors import NEW_RESIDENT, Actor, Post, resident_of, system
from workflows.statuses import Role

TICKET, OTHER_TICKET = 7, 8
COUNTY_PATH, TOWN_PATH, VILLAGE_PATH, OTHER_TOWN_PATH = "/1/", "/1/4/", "/1/4/9/", "/1/5/"
VILLAGE_AREA = 9

COUNTY_DESK, TOWN_DESK, OTHER_TOWN_DESK = 10, 11, 12
WATER_BUREAU, POWER_BUREAU, ROADS_BUREAU = 30, 31, 32
"""The lead, its support, and one that has nothing to do with the ticket."""


def official(person: int, role: Role, unit: int, area_path: str, *, is_head: bool = False) -> Actor:
    return Actor(person=person, posts=(Post(role, unit, area_path, is_head),))


RESIDENT = resident_of(TICKET)
NEWCOMER = NEW_RESIDENT
DISPATCHER = official(101, Role.dispatcher, TOWN_DESK, TOWN_PATH)
HANDLER = official(102, Role.handler, WATER_BUREAU, COUNTY_PATH)
SUPPORTER = official(103, Role.handler, POWER_BUREAU, COUNTY_PATH)
REVIEWER = official(104, Role.reviewer, TOWN_DESK, TOWN_PATH)
FOLLOW_UP_OFFICER = official(105, Role.follow_up_officer, COUNTY_DESK, COUNTY_PATH)
SUPERVISOR = official(106, Role.supervisor, COUNTY_DESK, COUNTY_PATH, is_head=True)
ADMINISTRATOR = official(107, Role.administrator, COUNTY_DESK, COUNTY_PATH)
SYSTEM = system("a_rule_of_the_clock")

STRANGER = resident_of(OTHER_TICKET)
WRONG_HANDLER = official(108, Role.handler, ROADS_BUREAU, COUNTY_PATH)
DISPATCHER_ELSEWHERE = official(109, Role.dispatcher, OTHER_TOWN_DESK, OTHER_TOWN_PATH)
REVIEWER_ELSEWHERE = official(110, Role.reviewer, OTHER_TOWN_DESK, OTHER_TOWN_PATH)
SUPERVISOR_ELSEWHERE = official(111, Role.supervisor, OTHER_TOWN_DESK, OTHER_TOWN_PATH)
WITHOUT_A_POST = Actor(person=112)
NOBODY = Actor()

CAST: dict[Role, Actor] = {
    Role.neighbour: NOBODY,
    Role.resident: RESIDENT,
    Role.dispatcher: DISPATCHER,
    Role.handler: HANDLER,
    Role.supporter: SUPPORTER,
    Role.reviewer: REVIEWER,
    Role.follow_up_officer: FOLLOW_UP_OFFICER,
    Role.supervisor: SUPERVISOR,
    Role.administrator: ADMINISTRATOR,
    Role.system: SYSTEM,
}
"""Who plays which role for ticket 7; the supporter is the handler of a unit that supports."""

OUTSIDERS: dict[str, Actor] = {
    "a stranger": STRANGER,
    "somebody who only opened a link": NEWCOMER,
    "a handler of the wrong unit": WRONG_HANDLER,
    "a dispatcher of another town": DISPATCHER_ELSEWHERE,
    "a reviewer of another town": REVIEWER_ELSEWHERE,
    "a supervisor of another town": SUPERVISOR_ELSEWHERE,
    "an official without a post": WITHOUT_A_POST,
    "nobody": NOBODY,
}
"""They mean nothing to ticket 7."""
