"""A place by satellite: read as it is typed, kept with its datum, and moved to the one of Chinese maps."""

import pytest

from workflows.positions import GCJ, WGS, Position, position_from


@pytest.mark.parametrize(
    "written", ["39.908823,116.397470 WGS-84", "39.910226,116.403714 GCJ-02 ±15 m", "-1.5,9 WGS-84"]
)
def test_what_is_written_is_read_again(written: str) -> None:
    found = position_from(written)
    assert found is not None
    assert position_from(found.written()) == found


@pytest.mark.parametrize(
    "written", ["", "村口", "39.9,116.4", "39.9,116.4 BD-09", "99,116 WGS-84", "39,181 WGS-84", "nan,1 WGS-84"]
)
def test_what_is_no_position_is_none(written: str) -> None:
    assert position_from(written) is None


def test_the_square_in_beijing_lies_where_chinese_maps_draw_it() -> None:
    """A pair that is widely published: 39.908823,116.397470 is 39.910226,116.403714 in GCJ-02."""
    shown = Position(39.908823, 116.397470, WGS, 20).on_chinese_maps()
    assert (round(shown.latitude, 6), round(shown.longitude, 6), shown.datum, shown.accuracy) == (
        *(39.910226, 116.403714),
        GCJ,
        20,
    )
    assert shown.on_chinese_maps() == shown, "it is moved once only"


def test_outside_china_the_two_are_one() -> None:
    assert Position(52.5, 13.4).on_chinese_maps() == Position(52.5, 13.4, GCJ)
