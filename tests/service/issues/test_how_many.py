"""多少人: the same number of people on the card, in the list, on the public page, at the whistle and in the API."""

import re

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.accounts.actors import actor_of
from service.database import Database
from service.directory.reference import reference
from service.endorsements import lifecycle as endorsements
from service.sealing import secret_address, tracking_token
from service.tickets.how_many import HowMany, by_town_and_status, in_issue, of_matter
from service.whistles import lifecycle as whistles
from tests.factories import NOW, County, act, number_of
from tests.service.issues.conftest import Grouping
from tests.support.officials import official, stranger
from tests.support.programs import program_of
from tests.support.queries import counted
from workflows.commands import Merge
from workflows.statuses import Status
from workflows.whistle_commands import BlowWhistle
from workflows.whistle_words import WhistleKind, WhistleReason

SAID = HowMany(wishes=5, open=3, people=6)
"""Three wishes of two telephones, one merged into the first and one into that one, both without a telephone; and two
neighbours who said the same."""


@pytest.fixture
def issue(grouping: Grouping, database: Database, county: County) -> int:
    first, second, third = (
        grouping.wishes(Status.in_progress, phone=phone)[0] for phone in ("13812345678", "13812345678", "13900001111")
    )
    merged, before = grouping.wishes(Status.submitted, Status.submitted, phone=None)
    found = grouping.creates(first, second, third, who=county.dispatcher)
    with database.writing() as session:
        act(session, before, Merge(into=number_of(session, merged)), county.dispatcher)
        act(session, merged, Merge(into=number_of(session, first)), county.dispatcher)
        endorsements.endorse(session, first, "one browser of a neighbour", NOW)
        endorsements.endorse(session, second, "another browser of hers", NOW)
    return found


def test_who_was_merged_and_who_endorsed_count_and_who_wrote_twice_counts_once(
    issue: int, grouping: Grouping, database: Database
) -> None:
    with database.reading() as session:
        assert in_issue(session, issue) == SAID
        said, towns = by_town_and_status(session, issue)
        assert said == SAID and sum(count for _town, _status, count in towns) == SAID.wishes
        assert by_town_and_status(session, issue + 1) == (HowMany(), [])
        assert of_matter(session, grouping.members(issue)[0], issue) == SAID
        assert of_matter(session, grouping.members(issue)[0], None) == HowMany(wishes=3, open=1, people=4)
        assert in_issue(session, issue + 1) == HowMany()


def test_both_pages_of_an_issue_read_its_wishes_once_to_count_them(
    app: FastAPI, client: TestClient, issue: int, database: Database, county: County
) -> None:
    desk, anybody = official(app, database, county.county_dispatcher), stranger(app, database)
    for reader, path in ((desk, f"/desk/issues/{issue}"), (anybody, f"/i/{secret_address('issue', issue)}")):
        with counted() as said:
            assert "6 人说这件事" in reader.opens(path).words
        assert len([statement for statement in said if "behind" in statement]) == 1, path


def test_every_page_and_the_api_say_the_same_number(
    app: FastAPI, client: TestClient, issue: int, grouping: Grouping, database: Database, county: County
) -> None:
    main = grouping.members(issue)[0]
    blown = BlowWhistle(
        kind=WhistleKind.emergency,
        reason=WhistleReason.beyond_power,
        text="请到塌方的路口来",
        lead=county.other_bureau,
        issue=issue,
    )
    with database.writing() as session:
        dispatcher = actor_of(session, county.dispatcher, reference(session))
        whistle = whistles.blow(session, main, blown, dispatcher, NOW)
    desk, anybody = official(app, database, county.county_dispatcher), stranger(app, database)
    told = [
        desk.opens(f"/desk/issues/{issue}"),
        desk.opens(f"/desk/whistles/{whistle}"),
        desk.reads(main),
        anybody.opens(f"/i/{secret_address('issue', issue)}"),
    ]
    assert [re.findall("([0-9]+) 人说这件事，([0-9]+) 件心愿", page.words) for page in told] == [[("6", "5")]] * 4
    assert "5 件 在办 3 · 6 人" in desk.opens("/desk/issues").words
    assert "5 件心愿放在一起办" in anybody.opens(f"/t/{tracking_token(main)}").words
    program = program_of(client, database, county.county_dispatcher)
    for path in (f"/issues/{issue}", f"/whistles/{whistle}"):
        shown = program.gets(path).json()
        assert (shown["wishes"], shown["people"]) == (5, 6), path
