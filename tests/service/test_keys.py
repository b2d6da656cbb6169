"""Keys seal, can be changed without losing anything, and never open what was tampered with."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service import keys
from service.keys import Broken, Key, KeyMissing, Keyring, create_key_file, new_key

OLD, NEW = new_key(), new_key()


@given(st.binary(max_size=300), st.text(max_size=40))
def test_what_is_sealed_opens_again(plain: bytes, place: str) -> None:
    ring = Keyring.parse(OLD)
    assert ring.open(ring.seal(plain, place), place) == plain


@given(st.binary(max_size=60), st.data())
def test_one_changed_bit_and_it_does_not_open(plain: bytes, data: st.DataObject) -> None:
    ring = Keyring.parse(OLD)
    sealed = bytearray(ring.seal(plain, "ticket.phone"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises((Broken, KeyMissing)):
        ring.open(bytes(sealed), "ticket.phone")


def test_a_value_moved_to_another_column_does_not_open() -> None:
    ring = Keyring.parse(OLD)
    with pytest.raises(Broken, match=r"person\.name"):
        ring.open(ring.seal(b"1", "ticket.phone"), "person.name")


@pytest.mark.parametrize("piece", [b"", b"\x01", b"\x01abcd", b"138"])
def test_what_was_never_sealed_does_not_open(piece: bytes) -> None:
    with pytest.raises((Broken, KeyMissing)):
        Keyring.parse(OLD).open(piece, "")


def test_the_same_words_look_different_each_time() -> None:
    ring = Keyring.parse(OLD)
    assert ring.seal(b"138", "") != ring.seal(b"138", "")


def test_a_new_key_seals_and_the_old_one_still_opens() -> None:
    old, both = Keyring.parse(OLD), Keyring.parse(f"{NEW}\n{OLD}")
    assert both.open(old.seal(b"before", "p"), "p") == b"before"
    after = both.seal(b"after", "p")
    assert Keyring.parse(NEW).open(after, "p") == b"after"
    with pytest.raises(KeyMissing, match="not in the key file"):
        old.open(after, "p")


def test_after_a_change_of_keys_what_was_indexed_is_still_found_and_marks_still_hold() -> None:
    old, both = Keyring.parse(OLD), Keyring.parse(f"{NEW} {OLD}")
    assert both.index("13812345678") == old.index("13812345678")
    assert both.has_marked("use", b"m", old.mark("use", b"m"))
    assert both.has_marked("use", b"m", both.mark("use", b"m"))
    assert both.mark("use", b"m") != old.mark("use", b"m")


def test_each_use_has_a_subkey_of_its_own() -> None:
    ring = Keyring.parse(OLD)
    assert ring.mark("form", b"1") != ring.mark("address/tracking", b"1")
    assert not ring.has_marked("form", b"1", ring.mark("address/tracking", b"1"))


def test_keys_are_written_with_remarks_blanks_or_commas() -> None:
    ring = Keyring.parse(f"# since May\n{NEW}  # the new one\n\n{OLD},")
    assert [key.name for key in ring.keys] == [Keyring.parse(NEW).keys[0].name, Keyring.parse(OLD).keys[0].name]


@pytest.mark.parametrize(("text", "sentence"), [("", "no key"), ("c2hvcnQ=", "32 bytes"), ("§§", "base64")])
def test_a_bad_key_is_refused_in_words(text: str, sentence: str) -> None:
    with pytest.raises(KeyMissing, match=sentence):
        Keyring.parse(text)


def test_a_key_does_not_show_its_secret() -> None:
    assert OLD not in repr(Keyring.parse(OLD)) and "secret" not in repr(Key(b"s" * 32))


def test_a_key_file_is_for_its_owner_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "var" / "key"
    create_key_file(path)
    content = path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        create_key_file(path)
    assert path.read_text() == content
    assert len(Keyring.load(path).keys) == 1


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    path = tmp_path / "key"
    create_key_file(path)
    assert Keyring.load(path, NEW).keys[0].name == Keyring.parse(NEW).keys[0].name


def test_without_a_key_file_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(KeyMissing, match="weiyuan migrate"):
        Keyring.load(tmp_path / "key")


def test_before_keys_are_in_use_it_says_so() -> None:
    keys.use(None)
    with pytest.raises(KeyMissing, match=r"sealing\.use"):
        keys.keyring()
