"""However a number is written, it is stored in one form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.phones import area_code_of, is_mobile, normalise_phone

mobiles = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
separators = st.sampled_from(["", " ", "-", "\u3000", "－", "."])


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("13812345678", "13812345678"),
        (" 138-1234-5678 ", "13812345678"),
        ("１３８　１２３４　５６７８", "13812345678"),
        ("+86 138 1234 5678", "13812345678"),
        ("0086-13812345678", "13812345678"),
        ("8613812345678", "13812345678"),
        ("0915-2523456", "09152523456"),
        ("（0915）2523456", "09152523456"),
        ("+86 915 2523456", "09152523456"),
        ("010-12345678", "01012345678"),
        ("400-810-1234", "4008101234"),
        ("2523456", "2523456"),
        ("666123", "666123"),
        ("12345", "12345"),
    ],
)
def test_numbers_as_people_write_them(written: str, stored: str) -> None:
    assert normalise_phone(written) == stored


@pytest.mark.parametrize(
    "written", ["", "没有", "138", "1381234567", "138123456789", "12812345678", "+1 202 555 0100", "x"]
)
def test_what_nobody_here_can_be_called_on_is_no_number(written: str) -> None:
    assert normalise_phone(written) is None


@given(mobiles, st.lists(separators, min_size=11, max_size=11), st.sampled_from(["", "+86", "0086", "86 "]))
def test_separators_and_the_country_make_no_difference(number: str, between: list[str], country: str) -> None:
    written = country + "".join(digit + gap for digit, gap in zip(number, between, strict=True))
    assert normalise_phone(written) == number
    assert is_mobile(number)


@given(st.text(max_size=30))
def test_whatever_is_typed_is_answered_and_the_stored_form_is_stable(written: str) -> None:
    stored = normalise_phone(written)
    assert stored is None or normalise_phone(stored) == stored


def test_area_codes_have_three_or_four_digits() -> None:
    assert area_code_of("09152523456") == "0915"
    assert area_code_of("02912345678") == "029"
    assert area_code_of("01012345678") == "010"
    assert area_code_of("13812345678") == "" == area_code_of("2523456")
