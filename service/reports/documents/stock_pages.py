"""每日存量, counted again: as it was at the end of its day, beside what was written down, by whom and why."""

from fastapi import APIRouter, Request, Response

from service.accounts.visits import Acting
from service.reports.documents.asking import must_keep
from service.reports.documents.table import BY_NAME
from service.reports.periods import day_said
from service.reports.stock import take_again
from service.typed import Typed, said
from service.web import flash, redirect
from workflows.refusals import Refused
from workflows.words import _

router = APIRouter()

HERE = f"/desk/reports/{BY_NAME['open_stock'].name}"
NOTE_MOST = 200
WHICH_DAY = _("请写明是哪一天。")
COUNTED_AGAIN = _("重新统计好了，是第 {n} 次；原来的数还在。")


@router.post("/open_stock/again")
def count_again(request: Request, typed: Typed, visit: Acting) -> Response:
    must_keep(visit)
    day = day_said(said(typed, "day"))
    if day is None:
        raise Refused(WHICH_DAY, field="day")
    revision = take_again(visit.session, day, visit.now, said(typed, "note").strip()[:NOTE_MOST], visit.person_id)
    answer = redirect(f"{HERE}?period={day}")
    flash(request, answer, COUNTED_AGAIN, n=revision + 1)
    return answer
