"""Who works in the demo county, and what its villagers are called: names drawn by lot, the same ones every time.

Mobile numbers start with 154 0000: no carrier has ever been given 154, so none of these can ring at anybody's.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from random import Random

from service.demo.county import AreaPlan, County, UnitPlan, county
from service.directory.models import UnitClass
from workflows.statuses import Role

MOBILE = "1540000{:04d}"
VILLAGERS_FROM = 2000

SURNAMES = tuple("陈李王张刘周吴郑冯唐罗谭龚向彭覃石田汪柯储祝胡熊邹万夏段黎魏姚范江廖")
FIRST = tuple("守德长兴永福家春秀桂玉翠明世光国大小思天文学正启远朝德先本仕忠义安立志宗承")
SECOND = tuple("田林全贵财山海平顺茂旺香莲芳梅兰英珍秀琴华明清云富生根才友礼贤松涛波宁川")


@dataclass(frozen=True)
class PersonPlan:
    """One post each. `login` is what he signs in with."""

    login: str
    name: str
    phone: str
    unit: str
    role: Role
    title: str
    is_head: bool = False


Post = tuple[str, str, Role, str, bool]


@lru_cache
def officials() -> tuple[PersonPlan, ...]:
    names, numbers = _names(Random("officials"), 500), count(1)
    posts = [*_county_posts(), *_bureau_posts(county())]
    for town in county().towns:
        posts += [*_town_posts(town), *_village_posts(county(), town)]
    return tuple(
        PersonPlan(login, name, MOBILE.format(next(numbers)), unit, role, title, is_head)
        for name, (login, unit, role, title, is_head) in zip(names, posts, strict=False)
    )


@lru_cache
def handlers() -> dict[str, tuple[str, ...]]:
    """The logins of those who handle wishes in each unit."""
    found: dict[str, tuple[str, ...]] = {}
    for person in officials():
        if person.role is Role.handler:
            found[person.unit] = (*found.get(person.unit, ()), person.login)
    return found


def villager(number: int) -> tuple[str, str]:
    """Name and mobile number of one villager, the same ones for the same number."""
    return _villager_names()[number % len(_villager_names())], MOBILE.format((VILLAGERS_FROM + number) % 10_000)


@lru_cache
def _villager_names() -> list[str]:
    return _names(Random("villagers"), 600)


def _names(lots: Random, how_many: int) -> list[str]:
    drawn: dict[str, None] = {}
    while len(drawn) < how_many:
        first, second = lots.choice(FIRST), lots.choice(SECOND)
        if first != second:
            drawn[lots.choice(SURNAMES) + first + second] = None
    return list(drawn)


def _county_posts() -> list[Post]:
    return [
        ("county-head", "county.desk", Role.supervisor, "主任", True),
        ("county-dispatch", "county.desk", Role.dispatcher, "派单员", False),
        ("county-dispatch-2", "county.desk", Role.dispatcher, "派单员", False),
        ("county-review", "county.desk", Role.reviewer, "审核员", False),
        ("admin", "county.desk", Role.administrator, "系统管理员", False),
        ("follow-up", "county.follow_up", Role.follow_up_officer, "回访员", True),
        ("follow-up-2", "county.follow_up", Role.follow_up_officer, "回访员", False),
        ("supervisor", "county.supervision", Role.supervisor, "督查室主任", True),
        ("supervisor-2", "county.supervision", Role.supervisor, "督查员", False),
    ]


def _bureau_posts(of: County) -> list[Post]:
    bureaus = [unit for unit in of.units if unit.unit_class in {UnitClass.bureau, UnitClass.outside}]
    return [post for unit in bureaus for post in _pair(unit.key.partition(".")[2].replace("_", "-"), unit)]


def _pair(login: str, unit: UnitPlan) -> list[Post]:
    head = "负责人" if unit.unit_class is UnitClass.outside else "局长" if unit.short_name.endswith("局") else "理事长"
    return [
        (login, unit.key, Role.handler, "承办人", False),
        (f"{login}-head", unit.key, Role.handler, head, True),
    ]


def watches_itself(town: str) -> bool:
    """Every second town has a supervisor of its own; of the others the county's hears."""
    return [each.key for each in county().towns].index(town) % 2 == 0


def _town_posts(town: AreaPlan) -> list[Post]:
    key = town.key
    desk = [
        (f"{key}-head", f"{key}.desk", Role.supervisor if watches_itself(key) else Role.reviewer, "镇长", True),
        (f"{key}-dispatch", f"{key}.desk", Role.dispatcher, "派单员", False),
        (f"{key}-review", f"{key}.desk", Role.reviewer, "审核员", False),
        (f"{key}-follow-up", f"{key}.desk", Role.follow_up_officer, "回访员", False),
    ]
    return desk + [
        post
        for office in ("construction", "agriculture", "social", "peace", "service")
        for post in (
            (f"{key}-{office}", f"{key}.{office}", Role.handler, "干事", False),
            (f"{key}-{office}-head", f"{key}.{office}", Role.handler, "主任", True),
        )
    ]


def _village_posts(of: County, town: AreaPlan) -> list[Post]:
    return [
        (f"{town.key}-village-{number}", f"{town.key}.{village.name}", Role.handler, "党支部书记", True)
        for number, village in enumerate(of.villages_of(town.key), 1)
    ]
