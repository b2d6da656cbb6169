"""吹哨类别: the administrator names a kind, says when it is approved and how long it has; each change is on record."""

import pytest

from service.database import Database
from service.directory.reference import reference
from service.whistles import lifecycle
from service.whistles.models import Whistle
from tests.factories import NOW, County, actor, later, wish_in
from tests.service.administration.conftest import As, last_change
from tests.support.officials import Official
from workflows.refusals import Refused
from workflows.statuses import Status
from workflows.terms import hours, working_days
from workflows.whistle_commands import BlowWhistle
from workflows.whistle_kinds import WHISTLE_KINDS, WHISTLE_REASONS
from workflows.whistle_words import WhistleKind, WhistleReason

HERE = "/desk/whistle-kinds"
FLOOD = {"name": "防汛抢险", "approval": "after", "report": "4", "report_unit": "hours", "is_offered": "true"}
FLOOD |= {"plan": "2", "plan_unit": "working_days"}


def sets(administrator: Official, kind: str = "enforcement", **fields: str) -> str:
    return administrator.follow(administrator.sends(f"{HERE}/{kind}/set_whistle_kind", **{**FLOOD, **fields})).words


def blow(database: Database, county: County, **fields: object) -> Whistle:
    given = {"kind": WhistleKind.enforcement, "reason": WhistleReason.beyond_power, "text": "请马上来看"} | fields
    with database.writing() as session:
        wish = wish_in(session, county, Status.in_progress)
        command = BlowWhistle(lead=county.other_bureau, **given)
        by = actor(session, wish, county.dispatcher)
        return session.get_one(Whistle, lifecycle.blow(session, wish, command, by, NOW))


def test_everybody_inside_reads_the_kinds_with_which_a_county_begins(as_: As) -> None:
    words = as_("village_secretary").opens(HERE).words
    assert all(row.words in words for row in (*WHISTLE_KINDS, *WHISTLE_REASONS))
    assert "马上吹响，事后补批" in words and "30 分钟" in words and "保存" not in words


def test_a_kind_is_renamed_blown_at_once_and_has_its_own_terms(
    administrator: Official, as_: As, database: Database, county: County
) -> None:
    before = blow(database, county, kind=WhistleKind.enforcement)
    assert "新吹的哨按新的算" in sets(administrator)
    blown = blow(database, county)
    assert (blown.status, blown.due_at, blown.confirm_due_at) == ("blown", later(hours=4), later(hours=24))
    with database.reading() as session:
        known = reference(session)
        assert known.whistles.kinds[WhistleKind.enforcement].words == "防汛抢险"
        assert known.limits.terms["whistle_report_enforcement"] == hours(4)
        assert known.limits.terms["whistle_plan_enforcement"] == working_days(2)
        running = session.get_one(Whistle, before.id)
        assert (running.status, running.due_at) == ("raised", later(hours=6)), "what runs stays as it was blown"
    assert "防汛抢险" in as_("dispatcher").opens(f"/desk/whistles/{blown.id}").words
    what, who, details = last_change(database)
    assert (what, who, details["about"]) == ("set_whistle_kind", county.administrator, "综合执法")
    assert details["old"]["report"] == {"amount": 24, "unit": "hours"} and details["new"]["name"] == "防汛抢险"
    assert "4 小时" in administrator.opens("/desk/changes").words


def test_what_is_not_offered_any_more_is_neither_chosen_nor_blown(
    administrator: Official, as_: As, database: Database, county: County
) -> None:
    sets(administrator, is_offered="")
    administrator.sends(f"{HERE}/reasons/outside_area/set_whistle_reason", name="不在本镇地界")
    for fields in ({}, {"kind": WhistleKind.priority, "reason": WhistleReason.outside_area}):
        with pytest.raises(Refused, match="已经停用，请重新选择"):
            blow(database, county, **fields)
    with database.writing() as session:
        wish = wish_in(session, county, Status.in_progress)
    town = as_("dispatcher")
    form = town.opens(f"{town.address_of(wish)}/whistle").source
    assert 'value="priority"' in form and 'value="enforcement"' not in form
    assert 'value="beyond_power"' in form and 'value="outside_area"' not in form


@pytest.mark.parametrize(
    ("kind", "fields", "sentence"),
    [
        ("enforcement", {"approval": "none"}, "由镇里吹的，要么先批准，要么事后补批"),
        ("community", {"approval": "before"}, "由村和社区自己吹的不用批准"),
        ("enforcement", {"report": "0"}, "多久以内报到填得不对"),
        ("enforcement", {"name": "群众诉求"}, "已经有一个叫“群众诉求”的了"),
        ("enforcement", {"plan": "999", "plan_unit": "working_days"}, "太长了，最多 250 个工作日"),
    ],
)
def test_what_cannot_be_is_refused_and_comes_back_as_typed(
    administrator: Official, database: Database, kind: str, fields: dict[str, str], sentence: str
) -> None:
    page = administrator.sends(f"{HERE}/{kind}/set_whistle_kind", **{**FLOOD, **fields})
    assert page.status == 422 and sentence in page.words
    with database.reading() as session:
        assert reference(session).whistles.kinds == {row.kind: row for row in WHISTLE_KINDS}


def test_one_kind_and_one_reason_stay_and_an_unknown_one_is_not_there(administrator: Official) -> None:
    for kind in ("enforcement", "priority", "public_concern"):
        sets(administrator, kind, name=kind, is_offered="")
    page = administrator.sends(f"{HERE}/emergency/set_whistle_kind", **{**FLOOD, "is_offered": ""})
    assert page.status == 422 and "至少要留一个可以选的" in page.words
    assert administrator.sends(f"{HERE}/flood/set_whistle_kind", **FLOOD).status == 404
    assert administrator.sends(f"{HERE}/reasons/none/set_whistle_reason", name="没有").status == 404
