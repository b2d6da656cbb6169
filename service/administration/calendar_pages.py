"""The working calendar, open to everybody inside; an administrator uploads a year's official arrangement."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.datastructures import FormData

from service.accounts.visits import Acting, Looking, Visit
from service.administration import year_sheets, years
from service.administration.commands import PublishYear
from service.administration.permissions import allow, may
from service.administration.pressing import Pressed, button, page, told, tried
from service.administration.today import today_here
from service.administration.year_sheets import Rows
from service.directory.models import CalendarYear
from service.errors import Conflict
from service.fields import Action, Choice, Field
from service.formulas import guarded
from service.tickets.desk_words import local_words
from service.typed import Typed, said
from workflows.calendar_years import CalendarErrors
from workflows.refusals import Refused
from workflows.words import _

router = APIRouter(prefix="/desk/calendar")

HERE = "/desk/calendar"
FIRST, LAST = 2000, 2200
Year = Annotated[int | None, Query(ge=FIRST, le=LAST)]
NOTHING_SENT = _("请选一个文件，或者把放假安排粘贴在下面。")
SETTLED = _("{year} 年的放假安排启用了，全年 {days} 个工作日。{count} 件工单的期限原来是暂定的，一小时内自动重新计算。")
NOTHING_TO_SETTLE = _("{year} 年的放假安排启用了，全年 {days} 个工作日。没有工单的期限要重新计算。")


@dataclass(frozen=True)
class Wrong:
    """A sheet that cannot be taken over: its faults, each with its row, and itself as text to be mended."""

    sentences: Sequence[str]
    text: str


@router.get("")
def show_calendar(request: Request, visit: Looking, year: Year = None) -> Response:
    allow(visit, "see_calendar")
    return _year(request, visit, year or today_here(visit.now).year)


@router.get("/{year}.csv")
def download_year(year: Annotated[int, Path(ge=FIRST, le=LAST)], visit: Looking) -> Response:
    """The sheet of a year as it can be uploaded again, to be used as a pattern for the next one."""
    allow(visit, "see_calendar")
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(years.HEADINGS)
    rows.writerows([guarded(cell) for cell in day] for day in years.days_of(visit, year))
    named = {"Content-Disposition": f'attachment; filename="calendar-{year}.csv"'}
    return Response("\ufeff" + written.getvalue(), media_type="text/csv; charset=utf-8", headers=named)


@router.post("")
def publish_year(request: Request, typed: Typed, visit: Acting) -> Response:
    """Nothing is taken as long as any row is wrong; the text comes back with all that is wrong with it."""
    allow(visit, "publish_year")
    rows: Rows = ()
    try:
        rows = _rows(typed)
        taken = tried(visit, typed, PublishYear, lambda asked: (asked.year, *years.publish(visit, asked, rows)))
    except (Refused, Conflict) as refused:
        pressed = Pressed("publish_year", typed, refused)
        return _year(request, visit, _year_typed(visit, typed), pressed, Wrong((), year_sheets.text_of(rows)))
    except CalendarErrors as errors:
        translate = local_words(request)._
        wrong = Wrong([each.in_words(translate) for each in errors.errors], year_sheets.text_of(rows))
        refusal = Refused(_("有 {n} 处不对，一天也没有记下。改好再传一次。"), n=len(errors.errors))
        pressed = Pressed("publish_year", typed, refusal)
        return _year(request, visit, _year_typed(visit, typed), pressed, wrong)
    year, days, count = taken
    sentence = SETTLED if count else NOTHING_TO_SETTLE
    return told(request, f"{HERE}?year={year}", sentence, year=year, days=days, count=count)


def _rows(typed: FormData) -> Rows:
    """A file goes before what stands in the box. Raises Refused when there is neither."""
    content = year_sheets.uploaded(typed)
    if content:
        return year_sheets.rows_of_file(content)
    text = said(typed, "rows")
    if not text.strip():
        raise Refused(NOTHING_SENT, field=year_sheets.FIELD)
    return year_sheets.rows_of_text(text)


def _year_typed(visit: Visit, typed: FormData) -> int:
    year = said(typed, "year")
    is_one = year.isascii() and year.isdigit() and len(year) == 4 and FIRST <= int(year) <= LAST
    return int(year) if is_one else today_here(visit.now).year


def _year(
    request: Request, visit: Visit, year: int, pressed: Pressed | None = None, wrong: Wrong | None = None
) -> Response:
    announced = visit.session.get(CalendarYear, year)
    calendar = visit.known.calendar
    return page(
        request,
        visit,
        "calendar.html",
        pressed,
        year=year,
        years=years.years_shown(visit, year),
        announced=announced,
        months=years.months_of(calendar, year, today_here(visit.now)),
        total=calendar.working_days_of(year),
        wrong=wrong.sentences if wrong else (),
        action=_action(request, visit, year, pressed, wrong) if may(visit, "publish_year") else None,
    )


def _action(request: Request, visit: Visit, year: int, pressed: Pressed | None, wrong: Wrong | None) -> Action:
    choices = [Choice(str(each), str(each)) for each in years.years_shown(visit, year)]
    usual = PublishYear.model_construct(year=year, source="", rows=None)
    made = button(request, PublishYear, HERE, pressed, choices={"year": choices}, now=usual, tone="primary")
    refused = pressed.refused if pressed else None
    is_about_file = isinstance(refused, Refused) and refused.field == year_sheets.FIELD
    file = Field(
        year_sheets.FIELD,
        _("表格文件"),
        "file",
        hint=_("Excel（.xlsx）或 CSV，三列：日期、类型、名称。"),
        error=local_words(request)._(refused.sentence) if is_about_file and refused else "",
    )
    kept = [
        replace(each, value=wrong.text or each.value) if wrong and each.name == "rows" else each for each in made.fields
    ]
    return replace(made, fields=[*kept[:-1], file, kept[-1]])
