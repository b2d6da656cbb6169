"""Puts a report together: what its row makes, with the words that stand on each of them."""

from datetime import datetime

from service.local_words import LocalWords
from service.reports.documents.asked import Asked, period_in_words
from service.reports.documents.content import Content
from service.reports.documents.periods import Cadence
from service.reports.documents.table import Report, Scope
from workflows.words import _

TITLE = _("{place}{report}")


def made(report: Report, asked: Asked) -> Content:
    """As of `asked.now`; the rows of long lists are read when somebody asks for them, within the same transaction."""
    whose = asked.unit.name if asked.unit else asked.place.name
    body = report.make(asked)
    as_of = body.as_of or asked.now
    return Content(
        report=report.name,
        title=asked.say(TITLE, place=whose, report=asked.say(report.words)),
        county=asked.known.county.name,
        place=whose,
        period=_period(report, asked),
        period_name=asked.period.name,
        as_of=as_of,
        as_of_words=moment_in_words(asked.words, as_of),
        body=body,
    )


def _period(report: Report, asked: Asked) -> str:
    """What tells how things stand is of no period, unless it lists what happened in one."""
    if report.cadence is Cadence.standing:
        return asked.say(_("现状"))
    return period_in_words(asked.period, asked.words)


def moment_in_words(words: LocalWords, moment: datetime) -> str:
    """With its year, for a paper is read long after: 2026-10-12 10:00."""
    return f"{moment.astimezone(words.zone):%Y-%m-%d %H:%M}"


def is_of_unit(report: Report) -> bool:
    return report.scope is Scope.unit
