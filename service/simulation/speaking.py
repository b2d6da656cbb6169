"""Makes sentences from patterns: choices, numbers and slots by lot, the same for the same lots."""

import re
from random import Random

from service.simulation.matters import Matter, year

BRACES = re.compile(r"\{([^{}]*)\}")
NUMBERS = re.compile(r"(\d+)-(\d+)")


def fill_in(pattern: str, lots: Random, **own: str) -> str:
    """From the inside out, so that a choice may hold slots. `own` are slots of this one sentence."""
    while BRACES.search(pattern):
        pattern = BRACES.sub(lambda found: _filled(found[1], lots, own), pattern)
    return pattern


def _filled(inside: str, lots: Random, own: dict[str, str]) -> str:
    if inside in own:
        return own[inside]
    if "|" in inside:
        return lots.choice(inside.split("|"))
    if (number := NUMBERS.fullmatch(inside)) is not None:
        return str(lots.randint(int(number[1]), int(number[2])))
    return lots.choice(year().slot[inside])


def say(about: str, lots: Random, **own: str) -> str:
    """One of the words of year.toml about this."""
    words = year().words[about]
    return fill_in(words if isinstance(words, str) else lots.choice(words), lots, **own)


def wish_words(matter: Matter, lots: Random) -> str:
    """What is the matter, mostly why it hurts, mostly what is asked for; nobody says it quite like somebody else."""
    if matter.is_whole:
        return fill_in(lots.choice(matter.say), lots)
    parts = [lots.choice(matter.say)]
    parts += lots.sample(matter.why, min(len(matter.why), lots.choice((0, 1, 1, 1, 2))))
    parts += [lots.choice(matter.ask)] if matter.ask and lots.random() < 0.8 else []
    if lots.random() < 0.12:
        parts.reverse()
    words = fill_in("，".join(parts), lots)
    closer = say("closer", lots)
    is_loose = not closer and lots.random() < 0.15
    ends = "" if words[-1] in "。？！" or is_loose else lots.choice("。。。！")
    return say("opener", lots) + words + ends + closer
