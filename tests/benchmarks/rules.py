"""Decisions a second in `workflows` alone, against a bare dictionary look-up of (status, verb)."""

from datetime import timedelta

from tests.benchmarks.rows import Row, best_of
from tests.cast import HANDLER
from tests.workflows.cases import NOW, case_in
from workflows.commands import ReportProgress
from workflows.decide import decide
from workflows.escalations import next_alarm
from workflows.statuses import Status
from workflows.transitions import TRANSITIONS

TIMES = 20_000


def measure() -> list[Row]:
    case, command, now = case_in(Status.in_progress), ReportProgress(words="路基已经清完"), NOW + timedelta(hours=1)
    bare = {(status, row.verb): row.to for row in TRANSITIONS for status in row.start}

    def look_up() -> None:
        for _time in range(TIMES):
            bare[(case.status, command.verb)]

    def decided() -> None:
        for _time in range(TIMES):
            decide(case, command, HANDLER, now)

    def alarmed() -> None:
        for _time in range(TIMES):
            next_alarm(case)

    floor = TIMES / best_of(3, look_up)
    return [
        Row("decisions by the rules", TIMES / best_of(3, decided), "a second", floor, "dictionary look-up"),
        Row("next alarm of a ticket", TIMES / best_of(3, alarmed), "a second", floor, "dictionary look-up"),
    ]
