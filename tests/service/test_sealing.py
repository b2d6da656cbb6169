"""Sealed columns hold nothing readable, and secret addresses cannot be made up."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, insert, select, text
from sqlalchemy.exc import DBAPIError

from service import sealing
from service.database import Database
from service.sealing import Broken, Keyring, SealedJSON, SealedText
from tests.support.keys import KEYRING, TEST_KEY

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
OTHER = Keyring.parse(sealing.new_key())

people = Table(
    "sealed_people",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", SealedText("people.name")),
    Column("phone", SealedText("people.phone")),
    Column("facts", SealedJSON("people.facts")),
)


@pytest.fixture
def filled(database: Database) -> Iterator[Database]:
    people.create(database.engine)
    with database.writing() as session:
        session.execute(
            insert(people), {"name": "张三丰", "phone": "13812345678", "facts": {"村": ["李家坝", 1, None]}}
        )
        session.execute(insert(people), {"name": None, "phone": "", "facts": None})
    yield database
    people.drop(database.engine)


def rows_of(database: Database) -> list[tuple[Any, ...]]:
    with database.reading() as session:
        found = session.execute(select(people.c.name, people.c.phone, people.c.facts).order_by(people.c.id))
        return [tuple(row) for row in found]


def test_what_goes_in_comes_out_and_nothing_stays_nothing(filled: Database) -> None:
    assert rows_of(filled) == [("张三丰", "13812345678", {"村": ["李家坝", 1, None]}), (None, "", None)]


def test_the_file_of_the_database_holds_no_readable_word(sqlite_database: Database) -> None:
    people.create(sqlite_database.engine)
    with sqlite_database.writing() as session:
        session.execute(insert(people), {"name": "张三丰", "phone": "13812345678", "facts": {"a": "李家坝"}})
    path = Path(str(sqlite_database.url.database))
    raw = path.read_bytes() + path.with_name(f"{path.name}-wal").read_bytes()
    assert b"sealed_people" in raw
    assert [word for word in ("13812345678", "张三丰", "李家坝") if word.encode() in raw] == []


def test_a_value_copied_into_another_column_is_noticed(filled: Database) -> None:
    with filled.writing() as session:
        session.execute(text("UPDATE sealed_people SET name = phone WHERE id = 1"))
    with pytest.raises(Broken, match=r"people\.name"):
        rows_of(filled)


def test_other_keys_open_nothing(filled: Database) -> None:
    sealing.use(OTHER)
    with pytest.raises(sealing.KeyMissing):
        rows_of(filled)


def test_equal_numbers_are_found_by_their_blind_index_only() -> None:
    assert sealing.blind_index("13812345678") == sealing.blind_index("13812345678")
    assert sealing.blind_index("13812345678") != sealing.blind_index("13812345679")
    assert len(sealing.blind_index("")) == 64


ids = st.integers(1, 2**32 - 1)


@given(ids)
def test_a_tracking_address_leads_back_to_its_ticket(ticket_id: int) -> None:
    token = sealing.tracking_token(ticket_id)
    assert len(token) == 22 and token.isalnum() and not set(token) & set("0OIl")
    assert sealing.ticket_of(token) == ticket_id
    assert sealing.tracking_token(ticket_id) == token


@given(ids, st.integers(0, 21), st.sampled_from(sealing.ALPHABET))
def test_a_changed_address_leads_nowhere(ticket_id: int, place: int, letter: str) -> None:
    token = sealing.tracking_token(ticket_id)
    changed = token[:place] + letter + token[place + 1 :]
    assert sealing.ticket_of(changed) == (ticket_id if changed == token else None)


@given(st.text(max_size=40))
def test_whatever_is_typed_as_an_address_is_answered(token: str) -> None:
    assert sealing.ticket_of(token) is None


@pytest.mark.parametrize("token", ["", "z" * 22, "1" * 22, "1" * 21, "0" * 22, "/etc/passwd", "１" * 22])
def test_made_up_addresses_lead_nowhere(token: str) -> None:
    assert sealing.ticket_of(token) is None


def test_addresses_of_one_kind_do_not_open_another() -> None:
    address = sealing.secret_address("picture", 7)
    assert sealing.id_behind("picture", address) == 7
    assert sealing.ticket_of(address) is None


@given(ids)
def test_codes_have_six_digits_and_fit_their_ticket_only(ticket_id: int) -> None:
    code = sealing.tracking_code(ticket_id)
    assert len(code) == 6 and code.isdecimal()
    assert sealing.is_tracking_code(ticket_id, f" {code} ")
    assert not sealing.is_tracking_code(ticket_id, "") and not sealing.is_tracking_code(ticket_id, code + "0")


def test_codes_are_spread_evenly() -> None:
    codes = {sealing.tracking_code(number) for number in range(1, 3001)}
    assert len(codes) > 2980


def test_addresses_and_codes_outlive_a_change_of_keys() -> None:
    token, code = sealing.tracking_token(5), sealing.tracking_code(5)
    sealing.use(Keyring.parse(f"{sealing.new_key()} {TEST_KEY}"))
    assert sealing.ticket_of(token) == 5 and sealing.is_tracking_code(5, code)
    assert sealing.tracking_token(5) != token
    sealing.use(OTHER)
    assert sealing.ticket_of(token) is None
    sealing.use(KEYRING)


def test_a_form_token_fits_its_owner_for_a_day() -> None:
    token = sealing.form_token("cookie", NOW)
    assert sealing.is_form_token(token, "cookie", NOW)
    assert sealing.is_form_token(token, "cookie", NOW + timedelta(hours=24))
    assert not sealing.is_form_token(token, "cookie", NOW + timedelta(hours=25))
    assert not sealing.is_form_token(token, "cookie", NOW - timedelta(seconds=1))
    assert not sealing.is_form_token(token, "other", NOW)


@given(st.text(max_size=100) | st.binary(max_size=60).map(bytes.hex))
def test_no_made_up_form_token_fits(token: str) -> None:
    assert not sealing.is_form_token(token, "cookie", NOW)


def test_a_sealed_column_cannot_be_searched_by_accident(filled: Database) -> None:
    """Every seal is different, so a comparison would find nothing and look like no such person."""
    with filled.reading() as session, pytest.raises((TypeError, DBAPIError)):
        session.execute(select(people).where(people.c.phone == "13812345678"))
