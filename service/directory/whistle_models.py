"""What a county has made of the whistle's book: its own kinds and reasons, and its own steps of the ladder."""

from datetime import datetime

from sqlmodel import Field

from service.database import Table, word_of
from workflows.terms import TermUnit
from workflows.whistle_kinds import Approval
from workflows.whistle_steps import Rung
from workflows.whistle_words import DutyName, WhistleKind


class WhistleChoice(Table, table=True):
    """A county's own words for a kind of whistle or a reason, in place of the row in workflows/whistle_kinds.py.

    `name` is `kind:emergency` or `reason:beyond_power`, `kind:own_1` one that the county has added; `approval` is a
    kind's alone, and so is `goes_by`: the kind of the table by which an added one goes.
    """

    __tablename__ = "whistle_choice"
    name: str = Field(primary_key=True, max_length=40)
    words: str = Field(max_length=40)
    english: str = Field(default="", max_length=60, sa_column_kwargs={"server_default": ""})
    approval: Approval | None = Field(default=None, sa_type=word_of(Approval))
    goes_by: WhistleKind | None = Field(default=None, sa_type=word_of(WhistleKind))
    is_offered: bool = True
    changed_at: datetime
    changed_by_id: int | None = Field(default=None, foreign_key="person.id")


class WhistleStep(Table, table=True):
    """A county's own step of the whistle's ladder, in place of that of its name in workflows/whistle_steps.py or beside
    the others. Its name is never given to another: what has fired under it fires no more.

    `kinds` are keys with blanks between them; none are all. `amount` and `unit` are how long before or after the due
    time, `percent` how much of the term; without any of them it is the due time itself.
    """

    __tablename__ = "whistle_step"
    name: str = Field(primary_key=True, max_length=40)
    duty: DutyName = Field(sa_type=word_of(DutyName))
    rung: Rung = Field(sa_type=word_of(Rung))
    note: str = Field(max_length=200)
    kinds: str = Field(default="", max_length=1000)
    percent: int | None = None
    amount: int | None = None
    unit: TermUnit | None = Field(default=None, sa_type=word_of(TermUnit))
    is_before: bool = False
    is_on: bool = True
    changed_at: datetime
    changed_by_id: int | None = Field(default=None, foreign_key="person.id")
