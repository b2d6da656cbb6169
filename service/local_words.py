"""How moments, spans and numbers are said on a page, in the reader's language and the county's time."""

from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from gettext import GNUTranslations
from typing import Protocol
from zoneinfo import ZoneInfo

from service import clock
from workflows.explanations import MONTHS
from workflows.formulas import in_percent
from workflows.words import _, _n

SOON = timedelta(hours=24)
"""With less than this left, the chip warns."""

NO_BREAK = "\u00a0"
"""A date is never torn at the end of a line."""

WEEKDAYS = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))


class Translations(Protocol):
    def gettext(self, message: str, /) -> str: ...
    def ngettext(self, msgid1: str, msgid2: str, n: int, /) -> str: ...
    def info(self) -> dict[str, str]: ...


class Named(Protocol):
    """Something that the county has named itself, in English too if it liked."""

    @property
    def words(self) -> str: ...
    @property
    def english(self) -> str: ...


class Catalogue(GNUTranslations):
    """Nothing is nothing in every language: gettext itself answers it with the heading of the catalogue."""

    def gettext(self, message: str) -> str:
        return super().gettext(message) if message else ""


@dataclass(frozen=True)
class TimeLeft:
    """`kind` is fine, soon or overdue: the chip's icon and colour."""

    kind: str
    words: str


@dataclass(frozen=True)
class LocalWords:
    """The filters of the pages; a moment is an aware datetime, `now` is given only by tests."""

    zone: ZoneInfo
    translations: Translations

    def day(self, moment: date | None) -> str:
        """10 月 12 日; with the year when it is not this one."""
        if moment is None:
            return "–"
        day = self._local_day(moment)
        pattern = (
            self._("{month} {day} 日")
            if day.year == self._local_day(clock.now()).year
            else self._("{year} 年 {month} {day} 日")
        )
        said: str = pattern.format(year=day.year, month=self._(MONTHS[day.month - 1]), day=day.day)
        return said.replace(" ", NO_BREAK)

    def weekday(self, moment: date | None) -> str:
        """10 月 12 日（周一）: for deadlines, where people count in weekdays."""
        if moment is None:
            return "–"
        return self._("{date}（{weekday}）").format(
            date=self.day(moment), weekday=self._(WEEKDAYS[self._local_day(moment).weekday()])
        )

    def time(self, moment: datetime | None) -> str:
        """10 月 12 日 18:00."""
        if moment is None:
            return "–"
        return self._("{date} {clock}").format(date=self.day(moment), clock=self.hour(moment))

    def hour(self, moment: datetime) -> str:
        return moment.astimezone(self.zone).strftime("%H:%M")

    def when(self, moment: datetime | None, now: datetime | None = None) -> str:
        """3 天后, 2 小时前, 刚刚; further than a month away it is the date."""
        if moment is None:
            return "–"
        span = moment - (now or clock.now())
        if abs(span) > timedelta(days=30):
            return self.day(moment)
        if abs(span) < timedelta(minutes=1):
            return self._("刚刚")
        pattern = self._("{span}前") if span < timedelta(0) else self._("{span}后")
        return pattern.format(span=self.span(abs(span)))

    def left(self, due: datetime | None, now: datetime | None = None) -> TimeLeft | None:
        """还剩 3 小时 or 超期 1 天."""
        if due is None:
            return None
        span = due - (now or clock.now())
        if span < timedelta(0):
            return TimeLeft("overdue", self._("超期 {span}").format(span=self.span(-span)))
        return TimeLeft("soon" if span < SOON else "fine", self._("还剩 {span}").format(span=self.span(span)))

    def span(self, length: timedelta) -> str:
        """The largest whole unit: nobody plans a week by its minutes."""
        minutes = max(1, int(length.total_seconds() // 60))
        if minutes >= 24 * 60:
            return self._count(_n("{n} 天"), minutes // (24 * 60))
        if minutes >= 60:
            return self._count(_n("{n} 小时"), minutes // 60)
        return self._count(_n("{n} 分钟"), minutes)

    def number(self, value: float | None) -> str:
        return "–" if value is None else f"{value:,.10g}"

    def percent(self, rate: float | None, digits: int = 2) -> str:
        """0.9859 is said 98.59%; without a denominator there is no rate, and a dash says so."""
        return "–" if rate is None else f"{in_percent(rate, digits)}%"

    def filters(self) -> dict[str, Callable[..., object]]:
        return {
            "local_date": self.day,
            "local_weekday": self.weekday,
            "local_time": self.time,
            "local_hour": self.hour,
            "when": self.when,
            "time_left": self.left,
            "span": self.span,
            "number": self.number,
            "percent": self.percent,
            "named": self.named,
        }

    def _(self, sentence: str, n: int | None = None) -> str:
        """`n` chooses the form of a sentence about a number."""
        return self.translations.gettext(sentence) if n is None else self.translations.ngettext(sentence, sentence, n)

    def named(self, row: Named) -> str:
        """What the county calls it; for a reader of English in English where the county has said so."""
        is_english = self.translations.info().get("language") == "en"
        return row.english if row.english and is_english else self._(row.words)

    def _count(self, sentence: str, n: int) -> str:
        return self._(sentence, n).format(n=n)

    def _local_day(self, moment: date) -> date:
        return moment.astimezone(self.zone).date() if isinstance(moment, datetime) else moment


def accepted_of(header: str, languages: Container[str]) -> str | None:
    """The first language of an Accept-Language header that we speak."""
    tags = (part.partition(";")[0].strip().lower().partition("-")[0] for part in header.split(","))
    return next((tag for tag in tags if tag in languages), None)
