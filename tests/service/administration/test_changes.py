"""The record of changes: written beside each change, in words, for those in charge, and never altered."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from service.administration.words import ADMIN_VERBS, COMMANDS
from service.database import Database
from service.directory.models import DirectoryEvent
from tests.factories import NOW, TOKEN, County, add
from tests.service.administration.conftest import As, changes, version_of_the_reference
from tests.support.officials import Official
from tests.support.queries import counted

CHANGES = "/desk/changes"


def press_several(administrator: Official, county: County) -> None:
    administrator.sends("/desk/time-limits/dispatch/set_limit", amount="8", unit="working_hours")
    administrator.sends(
        f"/desk/people/{county.handler}/appoint",
        unit=str(county.bureau),
        role="dispatcher",
        title="干事",
        is_head="true",
    )
    administrator.sends(f"/desk/links/{TOKEN}/change_link", label="双喜村大群", daily_cap="20")
    administrator.sends(f"/desk/areas/{county.town}/change_area", name="清水镇", desk_unit=str(county.county_desk))
    administrator.sends(
        f"/desk/units/{county.bureau}/set_robot", robot_url="https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1"
    )


def test_every_change_counts_the_reference_up(administrator: Official, database: Database, county: County) -> None:
    before = version_of_the_reference(database)
    press_several(administrator, county)
    assert version_of_the_reference(database) >= before + 5 and len(changes(database)) == 5


def test_the_page_says_who_changed_what_from_what_to_what(administrator: Official, county: County) -> None:
    press_several(administrator, county)
    words = administrator.opens(CHANGES).words.replace("\u00a0", " ")
    for sentence in (
        "10 月 12 日 10:00 周磊 改时限 派单 时限 4 个工作小时 → 8 个工作小时",
        "周磊 加一个岗位 吴海涛 单位 县交通运输局 做哪一步 派单员 职务 干事 是这个单位的负责人（超期会告诉他） 是",
        "周磊 改链接 双喜村村民群 发到哪个群 双喜村村民群 → 双喜村大群 每天最多收几件 20",
        "周磊 改名称和受理台 清溪镇 名称 清溪镇 → 清水镇 受理台 清溪镇受理台 → 县受理中心",
        "周磊 设群机器人 县交通运输局 群机器人的地址 改了（内容不记）",
    ):
        assert sentence in words
    assert words.index("设群机器人") < words.index("改链接") < words.index("改时限")


def test_a_town_reads_what_concerns_it_and_a_supervisor_reads_too(as_: As, county: County) -> None:
    press_several(as_("administrator"), county)
    town, whole = as_("town_administrator").opens(CHANGES).words, as_("supervisor").opens(CHANGES).words
    assert "双喜村大群" in town and "清水镇" in town and "设群机器人" not in town and "改时限" not in town
    assert "设群机器人" in whole and "改时限" in whole


def test_what_was_done_at_the_command_line_says_so_and_an_unknown_verb_is_shown_as_it_is(
    administrator: Official, database: Database, county: County
) -> None:
    with database.writing() as session:
        details = {"about": "旧事", "old": {"amount": 1}, "new": {"amount": 2}}
        add(session, DirectoryEvent(at=NOW, what="of_an_older_version", area_path="/1/", details=details))
    words = administrator.opens(CHANGES).words
    assert "命令行 of_an_older_version 旧事 amount 1 → 2" in words


def test_a_long_record_goes_on_in_always_the_same_number_of_queries(
    administrator: Official, database: Database, county: County
) -> None:
    administrator.opens(CHANGES)
    with counted() as with_none:
        administrator.opens(CHANGES)
    with database.writing() as session:
        for number in range(60):
            details = {"about": f"第{number}件", "old": {}, "new": {}}
            event = DirectoryEvent(
                at=NOW, person_id=county.administrator, what="add_unit", area_path="/1/", details=details
            )
            add(session, event)
    with counted() as with_many:
        first = administrator.opens(CHANGES)
    assert len(with_none) == len(with_many)
    assert "第59件" in first.words and "第9件" not in first.words
    cursor = first.source.partition("cursor=")[2].partition('"')[0]
    assert "第9件" in administrator.opens(f"{CHANGES}?cursor={cursor}").words
    assert administrator.opens(f"{CHANGES}?cursor=-1").status == 404


@pytest.mark.parametrize("statement", ["UPDATE directory_event SET what = 'nothing'", "DELETE FROM directory_event"])
def test_the_database_refuses_to_alter_the_record(
    administrator: Official, database: Database, county: County, statement: str
) -> None:
    press_several(administrator, county)
    with pytest.raises(DBAPIError, match="never changed"), database.writing() as session:
        session.execute(text(statement))
    assert len(changes(database)) == 5


def test_every_verb_is_one_word_everywhere() -> None:
    """The class, the value in the form, the row of permissions and what the record keeps."""
    for verb, command in COMMANDS.items():
        assert "".join(part.capitalize() for part in verb.split("_")) == command.__name__
        assert ADMIN_VERBS[command]
