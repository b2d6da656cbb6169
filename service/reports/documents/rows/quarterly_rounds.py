"""季拉练: the towns side by side, this quarter against the one before, and what looking back has found."""

from collections import Counter
from dataclasses import replace

from sqlalchemy import func, select
from sqlmodel import col

from service.accounts.scope import in_areas
from service.directory.models import Area, AreaLevel
from service.oversight.models import InspectionItem, InspectionRound
from service.reports.documents.asked import Asked
from service.reports.documents.content import Body, Cell, Column, Kind, Row, Section, table
from service.reports.documents.counts import days_to_answer, windows_in, windows_of
from service.reports.documents.remarks import remarks
from service.reports.documents.rows.monthly_bulletin import ended
from service.reports.documents.told import COUNT_WORDS, RATES, figures, rate_of
from service.reports.windows import Windows
from workflows.definitions import Window
from workflows.inspection_words import FINDING_WORDS, Finding
from workflows.words import _

PROSE = (
    _(
        "{{ period }}，{{ place }}征集 {{ collected }} 件，结束 {{ ended }} 件，在办 {{ open }} 件，积压率 {{ backlog_rate }}。"
    ),
    _("按时率 {{ on_time_rate }}，满意率 {{ satisfaction_rate }}，重办率 {{ redo_rate }}。"),
)
COMPARED = ("on_time_rate", "satisfaction_rate")


def made(asked: Asked) -> Body:
    windows = windows_in(asked)
    told = (ended(asked), *figures(asked, windows, days_to_answer(asked)))
    sections = (_towns(asked), _rounds(asked))
    return Body(told, sections, remarks(asked, windows), tuple(asked.words._(line) for line in PROSE))


def _towns(asked: Asked) -> Section:
    towns = _towns_in(asked)
    now, before = windows_of(asked, towns), windows_of(replace(asked, period=asked.period.before), towns)
    rows = [(town.name, *_cells(now[town.id or 0], before[town.id or 0])) for town in towns]
    columns = (
        Column("town", asked.say(_("镇")), width=14),
        Column("collected", asked.say(COUNT_WORDS["collected"]), Kind.number, 8),
        Column("collected_before", asked.say(_("上季征集")), Kind.number, 9),
        Column("open_overdue", asked.say(COUNT_WORDS["open_overdue"]), Kind.number, 8),
        *(
            Column(f"{key}{when}", asked.say(words, name=asked.say(RATES[key].words)), Kind.rate, 10)
            for key in COMPARED
            for when, words in (("", _("{name}，本季")), ("_before", _("{name}，上季")))
        ),
    )
    return table("towns", asked.say(_("各镇，本季和上季")), columns, rows)


def _towns_in(asked: Asked) -> list[Area]:
    if asked.place.level is not AreaLevel.county:
        return [asked.place]
    return [area for area in asked.known.below(asked.place.id or 0) if area.level is AreaLevel.town]


def _cells(now: Windows, before: Windows) -> tuple[Cell, ...]:
    collected = (each[Window.creation].collected for each in (now, before))
    rates = (rate_of(RATES[key], each) for key in COMPARED for each in (now, before))
    return (*collected, now[Window.standing].open_overdue, *rates)


def _rounds(asked: Asked) -> Section:
    """Each round of looking back that began within the quarter, with what was drawn and found."""
    wanted = select(InspectionRound).where(
        in_areas(col(InspectionRound.area_path), [asked.place.path]), asked.within(col(InspectionRound.created_at))
    )
    rounds = list(asked.session.scalars(wanted.order_by(col(InspectionRound.id))))
    counts = _findings(asked, [each.id or 0 for each in rounds])
    names = {area.path: area.name for area in asked.known.areas.values()}
    rows: list[Row] = [
        (
            each.title,
            names.get(each.area_path, ""),
            asked.known.unit_name(each.inspector_unit_id),
            sum(counts[each.id, finding] for finding in (*Finding, None)),
            *(counts[each.id, finding] for finding in Finding),
        )
        for each in rounds
    ]
    columns = (
        Column("title", asked.say(_("回头看")), width=24),
        Column("place", asked.say(_("查的地方"))),
        Column("inspector", asked.say(_("谁来查")), width=20),
        Column("drawn", asked.say(_("抽到")), Kind.number, 8),
        *(Column(str(finding), asked.say(FINDING_WORDS[finding]), Kind.number, 9) for finding in Finding),
    )
    return table("rounds", asked.say(_("办结的回头看")), columns, rows)


def _findings(asked: Asked, rounds: list[int]) -> Counter[tuple[int | None, Finding | None]]:
    wanted = select(col(InspectionItem.round_id), col(InspectionItem.finding), func.count()).where(
        col(InspectionItem.round_id).in_(rounds)
    )
    grouped = wanted.group_by(col(InspectionItem.round_id), col(InspectionItem.finding))
    return Counter({(round_id, finding): count for round_id, finding, count in asked.session.execute(grouped)})
