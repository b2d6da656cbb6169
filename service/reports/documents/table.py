"""The report table: one row is one report. Its page, its sheets, its papers and its address come from the row."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from service.errors import NotFound
from service.reports.documents.asked import Asked
from service.reports.documents.content import Body
from service.reports.documents.periods import Cadence
from service.reports.documents.rows import (
    daily_follow_up,
    deferrals,
    demands,
    follow_up_coverage,
    monthly_bulletin,
    monthly_ranking,
    open_stock,
    problems,
    progress,
    promises,
    quarterly_rounds,
    repeated_wishes,
    responsibilities,
    returns_and_disputes,
    ten_things,
    town_meeting,
    weekly_analysis,
    whistles,
)
from workflows.words import _


class Format(StrEnum):
    csv = "csv"
    xlsx = "xlsx"
    docx = "docx"
    pdf = "pdf"


FORMAT_WORDS: dict[Format, str] = {Format.csv: "CSV", Format.xlsx: "Excel", Format.docx: "Word", Format.pdf: "PDF"}


class Scope(StrEnum):
    """Of whom a report tells: any place that its reader sees, one town, or one unit."""

    place = "place"
    town = "town"
    unit = "unit"


SHEETS = (Format.csv, Format.xlsx)
PAPERS = (*SHEETS, Format.docx, Format.pdf)
LIST, PAPER, STOCK = "documents/list.html", "documents/paper.html", "documents/open_stock.html"


@dataclass(frozen=True)
class Report:
    """`make` stands in a file of its own in `rows/`; `template` is its page. `is_kept`: the scheduler makes it for the
    county when its period is over, and keeps it with its figures frozen."""

    name: str
    words: str
    explained: str
    cadence: Cadence
    scope: Scope
    make: Callable[[Asked], Body]
    formats: tuple[Format, ...]
    template: str
    is_kept: bool = False
    is_of_the_past: bool = False
    """It tells of nothing that still runs: unless somebody says so, of the latest period that is over."""

    @property
    def is_paper(self) -> bool:
        return Format.docx in self.formats


D, W, M, Q, Y, NOW = (
    *(Cadence.daily, Cadence.weekly, Cadence.monthly),
    *(Cadence.quarterly, Cadence.yearly, Cadence.standing),
)

# fmt: off
REPORTS: tuple[Report, ...] = (
    # name, words, what it tells, how often, of whom, made by, formats, page, kept
    Report("demands",              _("需求清单"), _("这段时间征集到的每一件心愿，现在到了哪一步。"),                       M,   Scope.place, demands.made,              SHEETS, LIST),
    Report("problems",             _("问题清单"), _("在办的里面出了问题的：超期、在督办、退过单、在重办。"),                 NOW, Scope.place, problems.made,             SHEETS, LIST),
    Report("progress",             _("进度清单"), _("在办的每一件到了哪一步、还有多久。"),                                NOW, Scope.place, progress.made,             SHEETS, LIST),
    Report("responsibilities",     _("责任清单"), _("在办的每一件由哪个单位负责、期限是哪一天，各单位手里有多少。"),          NOW, Scope.place, responsibilities.made,     SHEETS, LIST),
    Report("daily_follow_up",      _("日跟进"),  _("一个单位今天要盯的事：超期的、今天到期的、等签收的、等报到的、要兑现的。"),  D,   Scope.unit,  daily_follow_up.made,      SHEETS, LIST),
    Report("weekly_analysis",      _("周研判"),  _("这一周新出现的、突然多起来的、反复说的，还有说得最多的地方。"),           W,   Scope.place, weekly_analysis.made,      PAPERS, PAPER, is_kept=True),
    Report("monthly_bulletin",     _("月通报"),  _("一个月的全部数字，带分子、分母和截至时间；各镇、各事项、超期最久的。"),    M,   Scope.place, monthly_bulletin.made,     PAPERS, PAPER, is_kept=True),
    Report("monthly_ranking",      _("月晒榜"),  _("同类单位之间的名次、红榜和黑榜；够不上下限的只列不排。"),               M,   Scope.place, monthly_ranking.made,      PAPERS, PAPER, is_kept=True),
    Report("quarterly_rounds",     _("季拉练"),  _("各镇这一季和上一季的数字，还有办结以后回头看查到了什么。"),              Q,   Scope.place, quarterly_rounds.made,     PAPERS, PAPER, is_kept=True),
    Report("ten_things",           _("十件大事"), _("一年里说的人最多、已经办成的十件事，是数出来的，不是挑出来的。"),         Y,   Scope.place, ten_things.made,           PAPERS, PAPER, is_kept=True),
    Report("town_meeting",         _("会议一页"), _("给一个镇开会用的一页：数字、各村、超期的、答应了的、没了结的哨。"),        M,   Scope.town,  town_meeting.made,         PAPERS, PAPER),
    Report("repeated_wishes",      _("重复诉求"), _("并到一起的、附议多的、一提再提的住户。"),                            M,   Scope.place, repeated_wishes.made,      SHEETS, LIST),
    Report("returns_and_disputes", _("退单与争议"), _("谁退了单、谁裁定的、谁对报到有异议。"),                             M,   Scope.place, returns_and_disputes.made, SHEETS, LIST),
    Report("promises",             _("承诺兑现"), _("每一个写了日子的承诺，兑现了没有，诉求人怎么说。"),                    NOW, Scope.place, promises.made,             SHEETS, LIST),
    Report("deferrals",            _("挂账清单"), _("现在办不了、挂着的，由谁挂、哪天复核。"),                             NOW, Scope.place, deferrals.made,            SHEETS, LIST),
    Report("whistles",             _("吹哨与评分"), _("谁吹的哨、叫了谁、按时到了没有、镇里给几分、有没有不必吹的。"),         M,   Scope.place, whistles.made,             SHEETS, LIST),
    Report("open_stock",           _("每日存量"), _("一天过完时在办的有多少、在谁手里、多久了、超期多少；当天记下来，后来不改。"),     D,   Scope.place, open_stock.made,           SHEETS, STOCK, is_of_the_past=True),
    Report("follow_up_coverage",   _("回访覆盖"), _("办结的里面听到了多少人的话，多少人联系不上。"),                        M,   Scope.place, follow_up_coverage.made,   SHEETS, LIST),
)
# fmt: on
BY_NAME = {row.name: row for row in REPORTS}
KEPT = tuple(row for row in REPORTS if row.is_kept)
KEPT_BY_TOWNS = tuple(row for row in REPORTS if row.is_paper and row.cadence is M)
"""Where the county wants its towns' papers made, too."""


def report_named(name: str) -> Report:
    """Raise NotFound for a name that no row has."""
    if name not in BY_NAME:
        raise NotFound()
    return BY_NAME[name]


def as_markdown() -> str:
    """The table as the README prints it."""
    head = "| report | 报表 | 说什么 | how often | files |\n|---|---|---|---|---|\n"
    return head + "".join(
        f"| `{row.name}` | {row.words} | {row.explained} | {row.cadence}{', kept' if row.is_kept else ''} "
        f"| {', '.join(row.formats)} |\n"
        for row in REPORTS
    )
