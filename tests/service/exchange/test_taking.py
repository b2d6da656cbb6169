"""Sheets of wishes are taken in on both databases: what becomes of the rows, and what is said of refused ones."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, col, select

from service.database import Database
from service.directory.reference import reference
from service.exchange import taking
from service.exchange.names import Names
from service.exchange.opening import opened
from service.exchange.remarks import Remarks
from service.exchange.sheets import NotASheet
from service.exchange.taking import Taking, Tally, laid_out
from service.exchange.wishes import Surroundings
from service.oversight.checks import breaches
from service.reports.figures import count_figures
from service.tickets.models import OutboxRow, Ticket, TicketEvent
from service.tickets.queries import story_of
from tests.factories import County, build_county, submit_wish
from tests.service.exchange.sheet_files import write_book, write_csv, write_xlsx
from workflows.commands import Outcome, Satisfaction
from workflows.statuses import Source, Status

NOW = datetime(2026, 10, 12, 2, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
HEADINGS = ["编号", "主题", "内容", "时间", "事项", "姓名", "电话", "地址", "承办单位", "答复", "答复时间", "满意度"]
ANSWERED = [
    *("GD-1", "路灯", "村口的路灯坏了三个月", "2026-03-02 10:00", "路灯", "王大爷", 13800000001.0, "老槐树下"),
    *("县交通运输局", "路灯已经全部修好，请您查看。", "2026-03-05 15:00", "满意"),
]


@pytest.fixture
def county(database: Database) -> County:
    with database.writing() as session:
        return build_county(session)


def take(
    database: Database, county: County, path: Path, *, writes: bool = True, now: datetime = NOW, **more: Any
) -> tuple[Tally, list[str]]:
    """The tally, and the remarks as `row column: sentence`; `more` are source and mapped."""
    remarks = Heard()
    with opened(path) as workbook:
        found = laid_out(workbook, more.get("sheet"), more.get("mapped", {}))
        with database.reading() as session:
            known = reference(session)
        around = Surroundings(known, Names(known), found.layout, county.link, more.get("source", ""), ZONE, now)
        tally = Taking(database, around, remarks, writes).run(found, lambda share, rows: None)
    return tally, remarks.heard


class Heard(Remarks):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []

    def add(self, remark: Any) -> None:
        super().add(remark)
        self.heard.append(f"{remark.row} {remark.column}: {remark}{'' if remark.is_rejection else ' (only this cell)'}")


def sheet(tmp_path: Path, *rows: Sequence[Any], headings: Sequence[str] = HEADINGS) -> Path:
    return write_xlsx(tmp_path / "wishes.xlsx", [headings, *rows])


def row(**cells: Any) -> list[Any]:
    """The answered row with some of its cells changed, by their headings."""
    return [cells.get(heading, cell) for heading, cell in zip(HEADINGS, ANSWERED, strict=True)]


def only(session: Session) -> Ticket:
    return session.exec(select(Ticket)).one()


def verbs(session: Session, ticket: Ticket) -> list[str]:
    stories = story_of(session, ticket.id or 0)
    return [f"{story.event.verb} {story.event.at.astimezone(ZONE):%m-%d %H:%M}" for story in stories]


def taken_alone(database: Database, county: County, tmp_path: Path, **cells: Any) -> tuple[list[str], list[str]]:
    """What happened to the one ticket, and the remarks."""
    _tally, remarks = take(database, county, sheet(tmp_path, row(**cells)))
    with database.reading() as session:
        assert list(breaches(session)) == []
        ticket = session.exec(select(Ticket)).one_or_none()
        return (verbs(session, ticket) if ticket else []), remarks


def test_an_answered_row_walks_through_the_rules_at_its_own_times(
    database: Database, county: County, tmp_path: Path
) -> None:
    tally, remarks = take(database, county, sheet(tmp_path, ANSWERED))
    assert (tally, remarks) == (Tally(rows=1, taken=1, answered=1), [])
    with database.reading() as session:
        ticket = only(session)
        assert verbs(session, ticket) == [
            "submit 03-02 10:00",
            "assign 03-02 10:00",
            "acknowledge 03-02 10:00",
            "reply 03-05 15:00",
            "approve_reply 03-05 15:00",
            "rate 03-05 15:00",
        ]
        assert ticket.status is Status.closed
        assert (ticket.wish, ticket.name, ticket.phone) == ("路灯\n村口的路灯坏了三个月", "王大爷", "13800000001")
        assert (ticket.place, ticket.area_id, ticket.lead_unit_id) == ("老槐树下", county.village, county.bureau)
        assert (ticket.satisfaction, ticket.outcome) == (Satisfaction.satisfied, Outcome.explained)
        assert (ticket.answered_on_time, ticket.source, ticket.source_key) == (True, Source.imported, "import:GD-1")
        assert ticket.is_private and ticket.link_id == county.link.id and ticket.category_id == county.lamps
        assert story_of(session, ticket.id or 0)[3].details["words"] == "路灯已经全部修好，请您查看。"
        assert list(breaches(session)) == []


def test_nobody_is_told_and_nothing_is_left_for_the_clock(database: Database, county: County, tmp_path: Path) -> None:
    take(database, county, sheet(tmp_path, ANSWERED, row(编号="GD-2", 满意度=None)))
    with database.reading() as session:
        assert session.exec(select(OutboxRow)).all() == []
        assert session.exec(select(Ticket.alarm_at)).all() == [None, None]


def test_an_old_answer_without_a_word_is_closed_when_the_time_to_ask_was_over(
    database: Database, county: County, tmp_path: Path
) -> None:
    happened, _remarks = taken_alone(database, county, tmp_path, 满意度="未评价")
    assert happened[-2:] == ["approve_reply 03-05 15:00", "close 03-17 18:00"]
    with database.reading() as session:
        assert only(session).satisfaction is None
        assert count_figures(session, NOW).tally.unrated == 1


def test_a_fresh_answer_waits_for_the_villager(database: Database, county: County, tmp_path: Path) -> None:
    happened, _remarks = taken_alone(
        database, county, tmp_path, 时间="2026-10-08 10:00", 答复时间="2026-10-10 10:00", 满意度=None
    )
    assert happened[-1] == "approve_reply 10-10 10:00"
    with database.reading() as session:
        assert only(session).status is Status.follow_up
        assert only(session).unit_id == county.town_desk


def test_old_discontent_is_kept_and_starts_nothing(database: Database, county: County, tmp_path: Path) -> None:
    happened, _remarks = taken_alone(database, county, tmp_path, 满意度="不满意")
    assert happened[-2:] == ["rate 03-05 15:00", "close 03-17 18:00"]
    with database.reading() as session:
        ticket = only(session)
        assert (ticket.status, ticket.satisfaction, ticket.round) == (Status.closed, Satisfaction.dissatisfied, 1)


def test_an_opinion_is_kept_with_the_rating_or_with_the_end(database: Database, county: County, tmp_path: Path) -> None:
    headings = [*HEADINGS, "评价内容", "回访时间"]
    rows = [
        [*ANSWERED, "修得很快", "2026-03-06 09:00"],
        [*row(编号="GD-2", 满意度="不满意"), "只修了一盏", "2026-03-06 09:00"],
        [*row(编号="GD-3", 时间="2026-10-08 10:00", 答复时间="2026-10-09 10:00", 满意度="不满意"), "还是不亮", None],
    ]
    take(database, county, sheet(tmp_path, *rows, headings=headings))
    with database.reading() as session:
        first, second, third = session.exec(select(Ticket).order_by(col(Ticket.id))).all()
        rated = story_of(session, first.id or 0)[-1]
        assert (rated.details["words"], f"{rated.event.at:%H:%M}") == ("修得很快", "01:00")
        assert "只修了一盏" in story_of(session, second.id or 0)[-1].details["reason"]
        assert (third.status, third.round) == (Status.in_progress, 2)
        assert list(breaches(session)) == []


def test_a_short_answer_is_told_in_a_sentence(database: Database, county: County, tmp_path: Path) -> None:
    take(database, county, sheet(tmp_path, row(答复="已解决")))
    with database.reading() as session:
        assert story_of(session, only(session).id or 0)[3].details["words"] == "办理结果：已解决"


def test_without_a_unit_the_desk_has_answered(database: Database, county: County, tmp_path: Path) -> None:
    taken_alone(database, county, tmp_path, 承办单位=None)
    with database.reading() as session:
        assert only(session).lead_unit_id == county.town_desk


def test_of_several_units_the_first_leads(database: Database, county: County, tmp_path: Path) -> None:
    taken_alone(
        database, county, tmp_path, 承办单位="县交通运输局、县农业农村局", 答复=None, 答复时间=None, 满意度=None
    )
    with database.reading() as session:
        ticket = only(session)
        assert (ticket.lead_unit_id, ticket.status) == (county.bureau, Status.assigned)
        assert story_of(session, ticket.id or 0)[1].details["supporting"] == [county.other_bureau]


def test_a_wish_that_nobody_has_answered_is_open_with_unit_and_deadline(
    database: Database, county: County, tmp_path: Path
) -> None:
    bare = {"承办单位": None, "答复": None, "答复时间": None, "满意度": None}
    tally, remarks = take(database, county, sheet(tmp_path, row(**bare), row(编号="GD-2", 时间=None, **bare)))
    assert (tally.taken, tally.open, tally.overdue, remarks) == (2, 2, 1, [])
    with database.reading() as session:
        old, fresh = session.exec(select(Ticket).order_by(col(Ticket.id))).all()
        assert (old.unit_id, old.status, old.created_at) == (
            county.town_desk,
            Status.submitted,
            datetime(2026, 3, 2, 2, tzinfo=UTC),
        )
        assert fresh.created_at == NOW and fresh.due_at is not None and fresh.due_at > NOW
        assert list(breaches(session)) == []


def test_days_without_an_hour_stand_in_their_order(database: Database, county: County, tmp_path: Path) -> None:
    happened, remarks = taken_alone(database, county, tmp_path, 时间="2026年3月2日", 答复时间="2026-03-02 09:00")
    assert (happened[0], happened[3], remarks) == ("submit 03-02 09:00", "reply 03-02 09:00", [])


def test_steps_with_a_time_of_their_own_keep_it(database: Database, county: County, tmp_path: Path) -> None:
    headings = [*HEADINGS, "派单时间", "签收时间"]
    take(
        database,
        county,
        sheet(tmp_path, [*ANSWERED, "2026-03-02 11:30", "2026-03-03 09:00"], headings=headings),
    )
    with database.reading() as session:
        assert verbs(session, only(session))[1:3] == ["assign 03-02 11:30", "acknowledge 03-03 09:00"]


def test_source_place_and_kind_are_read_where_the_sheet_has_them(
    database: Database, county: County, tmp_path: Path
) -> None:
    headings = ["心愿", "来源", "心愿类型", "镇", "村"]
    rows = [["想要药苗", "12345热线", "发展建议", "清溪镇", "双喜村"], ["修路", "市长信箱", None, None, None]]
    _tally, remarks = take(database, county, sheet(tmp_path, *rows, headings=headings))
    with database.reading() as session:
        found = session.exec(select(Ticket.source, Ticket.kind, Ticket.area_id).order_by(col(Ticket.id))).all()
    assert remarks == []
    assert [tuple(map(str, each)) for each in found] == [
        ("hotline", "development", str(county.village)),
        ("imported", "trouble", str(county.village)),
    ]


# What is refused, and what is only left out.

REFUSED: dict[str, tuple[Mapping[str, Any], str]] = {
    "an empty wish": ({"主题": None, "内容": " "}, "2 内容: 没有写心愿的内容。"),
    "a short wish": ({"主题": None, "内容": "路"}, "2 内容: 您的心愿请至少写 2 个字。"),
    "a long wish": ({"内容": "路" * 5001}, "2 内容: 您的心愿最多写 5000 个字，现在有 5004 个字。"),
    "a time that is none": ({"时间": "上个月"}, "2 时间: 看不懂这个时间“上个月”"),
    "a time that has not come": ({"答复时间": "2027-01-01"}, "2 答复时间: 这个时间还没有到：2027-01-01。"),
    "an answer before the wish": ({"答复时间": "2026-03-01 10:00"}, "2 答复时间: 答复时间早于提交时间。"),
    "an answer without its time": ({"答复时间": None}, "2 答复时间: 有答复，但没有答复时间。"),
    "a time without its answer": ({"答复": None, "满意度": None}, "2 答复: 有答复时间，但没有答复内容。"),
    "an answer without a beginning": ({"时间": None}, "2 时间: 有答复，但没有提交时间。"),
    "a unit that is not there": ({"承办单位": "县气象局"}, "2 承办单位: 没有叫“县气象局”的单位，或者它已经停用。"),
    "a long answer": ({"答复": "好" * 2001}, "2 答复: 给诉求人的答复最多写 2000 个字"),
    "a long name": ({"姓名": "王" * 41}, "2 姓名: 怎么称呼您最多写 40 个字"),
}


@pytest.mark.parametrize(("cells", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_a_row_that_cannot_be_taken_is_named_with_its_column_and_the_reason(
    database: Database, county: County, tmp_path: Path, cells: Mapping[str, Any], sentence: str
) -> None:
    tally, remarks = take(database, county, sheet(tmp_path, row(**cells), row(编号="GD-2")))
    assert len(remarks) == 1 and remarks[0].startswith(sentence)
    assert (tally.rows, tally.taken) == (2, 1)


def test_all_that_is_wrong_with_a_row_is_said_at_once(database: Database, county: County, tmp_path: Path) -> None:
    _tally, remarks = take(database, county, sheet(tmp_path, row(时间="?", 答复时间="??", 内容="", 主题="")))
    assert [remark.split(":")[0] for remark in remarks] == ["2 时间", "2 答复时间", "2 内容"]


STATUSES = {
    ("已办结", False): "2 答复: 状态是“已办结”，但没有答复内容。",
    ("不予受理", False): "2 状态: 状态是“不予受理”：没有答复就结束的，不能导入。",
    ("办理中", True): "2 答复: 状态是“办理中”，这里的答复没有采用，按还在办的导入。 (only this cell)",
    ("办理中", False): "",
    ("待评价", True): "",
}


@pytest.mark.parametrize(("status", "has_answer"), STATUSES)
def test_the_status_of_the_sheet_is_believed(
    database: Database, county: County, tmp_path: Path, status: str, has_answer: bool
) -> None:
    cells = row(满意度=None) if has_answer else row(答复=None, 答复时间=None, 满意度=None)
    tally, remarks = take(database, county, sheet(tmp_path, [*cells, status], headings=[*HEADINGS, "状态"]))
    assert "".join(remarks) == STATUSES[status, has_answer]
    assert tally.open == (status == "办理中")


def test_cells_that_help_nobody_are_left_out_and_the_row_is_taken(
    database: Database, county: County, tmp_path: Path
) -> None:
    cells = {"姓名": "王**", "电话": "138****0001", "事项": "城乡建设", "满意度": "五星"}
    tally, remarks = take(database, county, sheet(tmp_path, row(**cells), row(编号="GD-2", 电话="13800000001/2521001")))
    assert tally.taken == 2
    assert all(remark.endswith("(only this cell)") for remark in remarks)
    assert Counter(remark.split(":")[0] for remark in remarks) == dict.fromkeys(
        ("2 姓名", "2 电话", "2 事项", "2 满意度", "3 电话"), 1
    )
    with database.reading() as session:
        first, second = session.exec(select(Ticket).order_by(col(Ticket.id))).all()
        assert (first.name, first.phone, first.category_id) == (None, None, None)
        assert second.phone == "13800000001"


def test_a_place_that_is_not_known_stays_with_the_link(database: Database, county: County, tmp_path: Path) -> None:
    tally, remarks = take(database, county, sheet(tmp_path, ["修路", "桃花镇"], headings=["心愿", "镇"]))
    assert tally.taken == 1
    assert remarks == ["2 镇: 没有这个地方，按链接所在地登记。 (only this cell)"]


# Once, however often the sheet comes.


def test_the_same_sheet_twice_is_taken_once(database: Database, county: County, tmp_path: Path) -> None:
    path = sheet(tmp_path, ANSWERED, row(编号="GD-2"), row(编号=None, 内容="没有编号的"))
    first, _remarks = take(database, county, path)
    again, remarks = take(database, county, path)
    assert (first.taken, again.taken, again.repeated, remarks) == (3, 0, 3, [])


def test_a_longer_sheet_brings_only_what_is_new(database: Database, county: County, tmp_path: Path) -> None:
    take(database, county, sheet(tmp_path, ANSWERED))
    tally, _remarks = take(database, county, sheet(tmp_path, row(编号="GD-0"), ANSWERED, row(编号="GD-2")))
    assert (tally.taken, tally.repeated) == (2, 1)


def test_two_who_say_the_same_are_two_and_stay_two(database: Database, county: County, tmp_path: Path) -> None:
    twins = [["路灯坏了", "2026-03-02"], ["路灯坏了", "2026-03-02"], ["路灯坏了", "2026-03-03"]]
    path = sheet(tmp_path, *twins, headings=["内容", "时间"])
    assert take(database, county, path)[0].taken == 3
    assert take(database, county, path)[0].repeated == 3


def test_one_number_for_two_wishes_is_said(database: Database, county: County, tmp_path: Path) -> None:
    path = sheet(tmp_path, ANSWERED, row(内容="另一件事"), ANSWERED)
    tally, remarks = take(database, county, path)
    assert (tally.taken, tally.repeated) == (1, 1)
    assert remarks == ["3 编号: 编号 GD-1 在表格里出现了几次，内容不一样，只导入了第一次的。"]
    _tally, remarks = take(database, county, sheet(tmp_path, row(内容="另一件事")))
    assert remarks == ["2 编号: 编号 GD-1 已经导入过，但内容不一样。如果是另一个来源的编号，请加上 --source 来源名。"]


def test_two_sources_may_number_alike(database: Database, county: County, tmp_path: Path) -> None:
    take(database, county, sheet(tmp_path, ANSWERED), source="12345")
    tally, _remarks = take(database, county, sheet(tmp_path, row(内容="另一件事")), source="信箱")
    assert tally.taken == 1


def test_numbers_that_are_too_long_or_numeric_are_kept_apart(
    database: Database, county: County, tmp_path: Path
) -> None:
    numbers = [20250301001.0, 20250301002, "x" * 150, "x" * 149 + "y"]
    path = sheet(tmp_path, *(row(编号=number) for number in numbers))
    assert take(database, county, path)[0].taken == 4
    assert take(database, county, path)[0].repeated == 4
    with database.reading() as session:
        assert "import:20250301001" in session.exec(select(Ticket.source_key)).all()


def test_a_number_that_may_be_somebody_s_telephone_is_not_kept_in_clear(
    database: Database, county: County, tmp_path: Path
) -> None:
    path = sheet(tmp_path, row(编号=13812345678.0), row(编号="61242519900101123X"))
    assert take(database, county, path)[0].taken == 2
    assert take(database, county, path)[0].repeated == 2
    with database.reading() as session:
        assert all(str(key).startswith("import:#") for key in session.exec(select(Ticket.source_key)))


def test_the_first_sheet_with_headings_is_taken(database: Database, county: County, tmp_path: Path) -> None:
    sheets: dict[str, list[list[Any]]] = {
        "说明": [["填表说明"], ["一行一件"]],
        "三月": [["内容"], ["修路"]],
        "四月": [["内容"], ["修桥"]],
    }
    path = write_book(tmp_path / "a.xlsx", sheets)
    assert take(database, county, path)[0].taken == 1
    assert take(database, county, path, sheet="四月")[0].taken == 1
    with pytest.raises(NotASheet, match="表头"):
        take(database, county, path, sheet="说明")
    with pytest.raises(NotASheet, match="表头"):
        take(database, county, write_book(tmp_path / "b.xlsx", {"甲": [["x"]], "乙": [["y"]]}))


def test_what_was_tried_leaves_nothing(database: Database, county: County, tmp_path: Path) -> None:
    path = sheet(tmp_path, ANSWERED, ANSWERED, row(内容="另一件事"), row(编号="GD-2", 承办单位="县气象局"))
    tried, remarks = take(database, county, path, writes=False)
    assert (tried.rows, tried.taken, tried.repeated, len(remarks)) == (4, 1, 1, 2)
    with database.reading() as session:
        assert session.exec(select(Ticket)).all() == []
    taken, remarks_again = take(database, county, path)
    assert (taken, remarks_again) == (tried, remarks)


def test_what_this_county_has_exported_is_its_own(database: Database, county: County, tmp_path: Path) -> None:
    with database.writing() as session:
        submit_wish(session, county, now=datetime(2026, 3, 2, 2, 0, 30, tzinfo=UTC), text="村口的路灯坏了")
    rows = [["2026-000001", "村口的路灯坏了", "2026-03-02 10:00"], ["2026-000001", "别处的", "2026-03-09 10:00"]]
    tally, remarks = take(database, county, sheet(tmp_path, *rows, headings=["编号", "内容", "时间"]))
    assert (tally.repeated, tally.taken, remarks) == (1, 1, [])


def test_a_row_that_the_database_refuses_loses_only_itself(
    database: Database, county: County, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = taking._taken_before
    calls = iter(range(10))
    take(database, county, sheet(tmp_path, row(编号="GD-2")))
    monkeypatch.setattr(taking, "_taken_before", lambda *args: known(*args) if next(calls) else {})
    tally, remarks = take(database, county, sheet(tmp_path, ANSWERED, row(编号="GD-2"), row(编号="GD-3")))
    assert (tally.taken, tally.repeated, remarks) == (2, 1, [])


def test_many_batches_are_one_sheet(database: Database, county: County, tmp_path: Path) -> None:
    path = sheet(
        tmp_path,
        *(
            row(编号=f"GD-{number}", 承办单位="县气象局" if number % 100 == 7 else "县交通运输局")
            for number in range(450)
        ),
    )
    tally, remarks = take(database, county, path)
    assert (tally.rows, tally.taken, len(remarks)) == (450, 445, 5)
    with database.reading() as session:
        assert list(breaches(session)) == []
        assert len(session.exec(select(TicketEvent.id)).all()) == 445 * 6


def test_a_csv_is_a_sheet_like_any_other(database: Database, county: County, tmp_path: Path) -> None:
    rows = [[str(cell) for cell in ANSWERED], [str(cell) for cell in row(编号="GD-2", 电话="'+8613800000002")]]
    tally, remarks = take(database, county, write_csv(tmp_path / "a.csv", [HEADINGS, *rows], "gb18030"))
    assert (tally.taken, remarks) == (2, [])
    with database.reading() as session:
        assert session.exec(select(Ticket.phone).order_by(col(Ticket.id))).all() == ["13800000001", "13800000002"]


def test_a_sheet_without_rows_is_taken_for_what_it_is(database: Database, county: County, tmp_path: Path) -> None:
    assert take(database, county, sheet(tmp_path)) == (Tally(), [])


def test_hostile_words_are_only_words(database: Database, county: County, tmp_path: Path) -> None:
    words = ["'; DROP TABLE ticket; --", "<script>alert(1)</script>", "\u202eاختبار", "🙂" * 50, "零\u0000宽\u200b"]
    tally, _remarks = take(database, county, sheet(tmp_path, *([word] for word in words), headings=["内容"]))
    assert tally.taken == len(words)
    with database.reading() as session:
        kept = session.exec(select(Ticket).order_by(col(Ticket.id))).all()
        assert [ticket.wish for ticket in kept][:4] == words[:4]
