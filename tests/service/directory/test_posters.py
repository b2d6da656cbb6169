"""The sheet that hangs in the village: its picture leads to the link, its words survive any name."""

import xml.etree.ElementTree as Tree
from dataclasses import replace

import pytest

from service.database import Database
from service.directory.models import Unit
from service.directory.posters import desk_of, poster, qr_png, qr_svg, sheet, short_address
from service.directory.reference import reference, touch
from service.errors import Failure
from tests.factories import TOKEN, build_county


def test_the_sheet_says_where_how_and_whom_to_call(database: Database) -> None:
    with database.writing() as session:
        county = build_county(session)
        session.get_one(Unit, county.town_desk).phone = "0915-2520001"
        touch(session)
    with database.reading() as session:
        known = reference(session)
        drawn = poster(county.link, known, ".svg").decode()
        assert desk_of(county.link, known) == ("清溪镇受理台", "0915-2520001")
        assert poster(county.link, known, ".png").startswith(b"\x89PNG")
        with pytest.raises(Failure, match=r"\.svg"):
            poster(county.link, known, ".pdf")
    words = "".join(Tree.fromstring(drawn).itertext())
    assert all(part in words for part in ("清溪镇双喜村", short_address(TOKEN), "清溪镇受理台 0915-2520001"))


def test_a_county_without_a_desk_still_prints(database: Database) -> None:
    with database.writing() as session:
        county = build_county(session)
    with database.reading() as session:
        known = reference(session)
        assert desk_of(county.link, replace(known, units={})) == ("", "")


def test_names_are_words_and_never_markup() -> None:
    drawn = sheet("http://x/w/1", "<script>alert(1)</script>", "Wang & Sohn", "")
    words = "".join(Tree.fromstring(drawn).itertext())
    assert "<script>" not in drawn and "Wang & Sohn" in words


def test_the_pictures_are_pictures() -> None:
    assert Tree.fromstring(qr_svg("http://x/w/1")).tag.endswith("svg") and qr_png("http://x/w/1").startswith(b"\x89PNG")
