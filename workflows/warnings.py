"""Early warning (负面案例预警): what makes supervisors look at a wish, a row each. A warning changes nothing by itself."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from workflows.words import _

RULE = "warning:"
"""How the proof that a warning was given is named: `warning:returned_twice`, once a ticket."""

HOUSEHOLD_SPAN = timedelta(days=90)
HOUSEHOLD_WISHES = 3

# fmt: off
DANGER_WORDS: tuple[str, ...] = (
    "着火", "起火", "火灾", "爆炸", "塌", "滑坡", "泥石流", "决口", "被困", "触电", "溺水", "落水",
    "煤气", "漏气", "中毒", "自杀", "轻生", "寻短见", "跳楼", "救命",
)
# fmt: on
"""Words of a wish that may mean danger to life; a person reads it and judges."""


@dataclass(frozen=True)
class Facts:
    """What the conditions look at. `household_wishes` counts this wish and those of the same telephone before it."""

    text: str = ""
    return_count: int = 0
    reopen_count: int = 0
    overdue_count: int = 0
    household_wishes: int = 1


@dataclass(frozen=True)
class Warning:
    """`words` stand on the badge and in the notice; `explained` says when it is given."""

    name: str
    words: str
    explained: str
    holds: Callable[[Facts], bool]

    @property
    def rule(self) -> str:
        return f"{RULE}{self.name}"


def danger_words(text: str) -> tuple[str, ...]:
    """Those that stand in the text, in the order of the table; blanks between characters hide none."""
    plain = "".join(text.split())
    return tuple(word for word in DANGER_WORDS if word in plain)


# fmt: off
WARNINGS: tuple[Warning, ...] = (
    #       name               words                    explained                                           condition
    Warning("danger",          _("话里有险情"),          _("原话里有着火、被困、中毒、轻生一类的词"),               lambda facts: bool(danger_words(facts.text))),
    Warning("returned_twice",  _("退单两次"),            _("承办单位已经退了两次"),                             lambda facts: facts.return_count >= 2),
    Warning("reopened",        _("办了又重办"),          _("办结或答复后群众不认可，重新办理"),                    lambda facts: facts.reopen_count >= 1),
    Warning("overdue_twice",   _("两次超期"),            _("前后两轮都过了答应的日子"),                          lambda facts: facts.overdue_count >= 2),
    Warning("same_household",  _("同一户反复提"),        _("同一个电话 90 天里提了三件或更多"),                   lambda facts: facts.household_wishes >= HOUSEHOLD_WISHES),
)
# fmt: on

BY_NAME = {row.name: row for row in WARNINGS}


def due_warnings(facts: Facts, given: Iterable[str]) -> tuple[Warning, ...]:
    """Those that hold and were not given before; `given` are names of rules."""
    before = frozenset(given)
    return tuple(row for row in WARNINGS if row.rule not in before and row.holds(facts))


def as_markdown() -> str:
    """The table as the README prints it."""
    head = "| warning | 预警 | 什么时候 |\n|---|---|---|\n"
    return head + "".join(f"| `{row.name}` | {row.words} | {row.explained} |\n" for row in WARNINGS)
