"""Photographs: judged by content, kept before the commit, cleaned of what they tell about a house, and never lost."""

import hashlib
import io
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile
from sqlmodel import Session, col, select, update

from service import clock
from service.database import Database
from service.tickets import picture_kinds, pictures
from service.tickets.darkroom import ATTEMPTS_MOST, prepare_pictures, tidy_pictures
from service.tickets.models import Attachment, PictureState
from service.tickets.picture_kinds import KINDS, PICTURE_SIDE
from service.tickets.picture_store import ORIGINALS, PICTURES, THUMBNAILS, Missing, PictureStore
from service.tickets.pictures import attach, save_uploads, take_in
from tests.factories import NOW, build_county, submit_wish
from tests.service.tickets.photographs import MAKER, bomb, phone_photo, photo, upload
from tests.support.s3 import BUCKET, CREDENTIALS
from workflows.refusals import Refused


@pytest.fixture
def store(tmp_path: Path) -> PictureStore:
    return PictureStore(str(tmp_path / "files"))


@pytest.fixture
def wish(database: Database) -> int:
    with database.writing() as session:
        return submit_wish(session, build_county(session))


def waiting(database: Database, store: PictureStore, ticket_id: int | None, *contents: bytes) -> list[int]:
    """Pictures that belong to a ticket and wait to be cleaned."""
    taken = take_in(store, [upload(content) for content in contents])
    with database.writing() as session:
        ids = attach(session, taken.received, None, NOW)
        session.execute(update(Attachment).where(col(Attachment.id).in_(ids)).values(ticket_id=ticket_id))
    return ids


def rows(database: Database) -> list[Attachment]:
    with database.reading() as session:
        return list(session.exec(select(Attachment).order_by(col(Attachment.id))))


def files(tmp_path: Path, kind: str) -> list[Path]:
    return [path for path in (tmp_path / "files" / kind).rglob("*") if path.is_file()]


# What is a picture


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.format)
def test_every_kind_in_the_table_is_known_by_its_content_and_cleaned(kind: picture_kinds.PictureKind) -> None:
    content = photo(kind.format)
    assert picture_kinds.check(io.BytesIO(content), len(content)) is kind
    clean = picture_kinds.cleaned(content, kind.media_type)
    with Image.open(io.BytesIO(clean.picture)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (640, 480))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x",
        b"%PDF-1.7 not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html>GIF89a</html>",
        b"PK\x03\x04 a spreadsheet",
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"RIFF\0\0\0\0WEBP",
        b"\x00\x00\x00\x18ftypheic",
        b"\x00\x00\x00\x18ftypavif",
        b"BM\0\0\0\0\0\0\0\0",
        b"II*\0",
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(store: PictureStore, content: bytes) -> None:
    taken = take_in(store, [upload(content, "照片.jpg")])
    assert taken.received == ()
    assert [str(mistake) for mistake in taken.mistakes] == [
        "第 1 张“照片.jpg”不是照片，或者坏了，打不开。请换一张再传。"
    ]


@pytest.mark.parametrize("content", [b"\0\0\0\x18ftypmp42", b"\0\0\0\x14ftypqt  ", b"\x1a\x45\xdf\xa3"])
def test_a_film_is_told_as_a_film(store: PictureStore, content: bytes) -> None:
    (mistake,) = take_in(store, [upload(content + bytes(99), "录像.jpg")]).mistakes
    assert str(mistake) == "第 1 个“录像.jpg”是录像，这里收不了。请截一张图，或者拍张照片。"


def test_a_bomb_is_refused_from_its_header(store: PictureStore) -> None:
    (mistake,) = take_in(store, [upload(bomb())]).mistakes
    assert "尺寸太大" in str(mistake)


def test_a_picture_of_too_many_bytes_is_refused_unread(store: PictureStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_kinds, "LARGEST_FILE", 1024 * 1024)
    (mistake,) = take_in(store, [upload(b"\xff\xd8\xff" + bytes(3 * 1024 * 1024))]).mistakes
    assert "太大了：一张照片最多 1 MB" in str(mistake)


def test_the_name_of_a_file_is_shortened_and_shows_nothing_invisible(store: PictureStore) -> None:
    (mistake,) = take_in(store, [upload(b"no", "\x00\u0007" + "长" * 300 + ".jpg")]).mistakes
    assert "长" * 39 + "…" in str(mistake)


def test_good_pictures_are_kept_though_others_are_none(store: PictureStore) -> None:
    taken = take_in(store, [upload(b"no"), upload(photo("PNG"), "b.png"), upload(b"no")])
    assert [each.media_type for each in taken.received] == ["image/png"]
    assert len(taken.mistakes) == 2


def test_more_pictures_than_there_is_room_for_are_not_taken(store: PictureStore) -> None:
    taken = take_in(store, [upload(photo(width=100 + n)) for n in range(4)], room=3)
    assert len(taken.received) == 3
    assert [str(mistake) for mistake in taken.mistakes] == ["最多 9 张照片，您选了 10 张，多出的没有收。"]


def test_the_same_picture_chosen_twice_counts_once(store: PictureStore) -> None:
    assert len(take_in(store, [upload(photo()), upload(photo())]).received) == 1


def test_a_full_disk_is_told_and_nothing_breaks(store: PictureStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*given: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(store, "put", full)
    (mistake,) = take_in(store, [upload(photo())]).mistakes
    assert "存不下来" in str(mistake)


# Keeping


def test_the_original_is_in_the_store_before_there_is_a_row(store: PictureStore) -> None:
    (received,) = take_in(store, [upload(phone_photo())]).received
    assert received.original == hashlib.sha256(phone_photo()).hexdigest()
    assert store.get(ORIGINALS, received.original) == phone_photo()


def test_the_folder_is_its_owners_alone(store: PictureStore, tmp_path: Path) -> None:
    assert (tmp_path / "files").stat().st_mode & 0o777 == 0o700


def test_saving_in_one_go_refuses_all_when_one_is_none(database: Database, store: PictureStore) -> None:
    with pytest.raises(Refused) as refused:
        save_uploads(database, [upload(photo()), upload(b"no")], None, NOW, store)
    assert refused.value.field == "photos"
    assert rows(database) == []


def test_saving_works_in_the_callers_transaction_and_in_its_own(database: Database, store: PictureStore) -> None:
    own = save_uploads(database, [upload(photo())], None, NOW, store)
    with database.writing() as session:
        theirs = save_uploads(session, [upload(photo("PNG"))], None, NOW, store)
    assert [row.id for row in rows(database)] == own + theirs


# Cleaning


def test_a_cleaned_picture_is_upright_and_tells_nothing_but_what_one_sees(
    database: Database, store: PictureStore, wish: int, tmp_path: Path
) -> None:
    waiting(database, store, wish, phone_photo(orientation=6))
    assert prepare_pictures(database, NOW, store) == 1
    (row,) = rows(database)
    assert (row.state, row.width, row.height) == (PictureState.ready, 480, 640)
    assert row.picture is not None
    content = store.get(PICTURES, row.picture)
    with Image.open(io.BytesIO(content)) as picture:
        assert not picture.getexif()
        assert "comment" not in picture.info
        red, _green, blue = picture.getpixel((240, 20))  # type: ignore[misc]
        assert red > 200 > blue, "what was left in the telephone is on top"
    assert MAKER.encode() not in content and b"Wang" not in content
    assert store.get(THUMBNAILS, row.picture)
    assert files(tmp_path, ORIGINALS) == []


def test_a_large_picture_is_made_smaller(database: Database, store: PictureStore, wish: int) -> None:
    waiting(database, store, wish, photo("JPEG", 4000, 3000))
    prepare_pictures(database, NOW, store)
    (row,) = rows(database)
    assert (row.width, row.height) == (2048, 1536)
    with Image.open(io.BytesIO(store.get(THUMBNAILS, row.picture or ""))) as small:
        assert small.size == (320, 240)


def test_a_long_and_narrow_jpeg_is_shrunk_while_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a file of a megabyte, 30,000 pixels long, would take half a gigabyte."""
    asked: list[tuple[int, int]] = []
    usual = JpegImageFile.draft

    def noting(self: JpegImageFile, mode: str | None, size: tuple[int, int] | None) -> object:
        drafted = usual(self, mode, size)
        asked.append(self.size)
        return drafted

    monkeypatch.setattr(JpegImageFile, "draft", noting)
    cleaned = picture_kinds.cleaned(photo(width=8 * PICTURE_SIDE, height=PICTURE_SIDE), "image/jpeg")
    assert asked[0] == (PICTURE_SIDE, PICTURE_SIDE // 8)
    assert (cleaned.width, cleaned.height) == (PICTURE_SIDE, PICTURE_SIDE // 8)


def test_what_cannot_be_seen_through_stays_readable_on_white() -> None:
    file = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(file, "PNG")
    with Image.open(io.BytesIO(picture_kinds.cleaned(file.getvalue(), "image/png").picture)) as picture:
        assert picture.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16", "RGBA"])
def test_pictures_of_every_depth_are_cleaned(mode: str) -> None:
    file = io.BytesIO()
    Image.new("L", (30, 20), 128).convert(mode).save(file, "TIFF")
    assert picture_kinds.cleaned(file.getvalue(), "image/tiff").width == 30


def test_a_picture_that_breaks_off_is_refused_and_its_file_goes(
    database: Database, store: PictureStore, wish: int, tmp_path: Path
) -> None:
    waiting(database, store, wish, photo("JPEG", 2000, 2000)[:9000], photo("PNG"))
    assert prepare_pictures(database, NOW, store) == 2
    assert [row.state for row in rows(database)] == [PictureState.refused, PictureState.ready]
    assert files(tmp_path, ORIGINALS) == []


def test_pictures_of_an_unsent_form_wait_for_their_wish(database: Database, store: PictureStore) -> None:
    waiting(database, store, None, photo())
    assert prepare_pictures(database, NOW, store) == 0
    assert [row.state for row in rows(database)] == [PictureState.received]


def test_the_same_picture_on_two_wishes_is_cleaned_for_both(
    database: Database, store: PictureStore, wish: int, tmp_path: Path
) -> None:
    waiting(database, store, wish, photo())
    prepare_pictures(database, NOW, store)
    ids = waiting(database, store, wish, photo())
    # Its original went together with the first one's, at the very moment when the second one was written down.
    store.remove(ORIGINALS, rows(database)[1].original)
    assert prepare_pictures(database, NOW, store) == 1
    first, second = rows(database)
    assert second.id == ids[0] and second.state is PictureState.ready and second.picture == first.picture
    assert len(files(tmp_path, PICTURES)) == 1


def test_two_that_clean_at_once_settle_each_picture_once(
    database: Database, store: PictureStore, wish: int, tmp_path: Path
) -> None:
    waiting(database, store, wish, *(photo(width=600 + n) for n in range(6)))
    start, settled = Barrier(2), []

    def clean() -> None:
        start.wait()
        settled.append(prepare_pictures(database, NOW, store))

    both = [Thread(target=clean) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sum(settled) == 6
    assert {row.state for row in rows(database)} == {PictureState.ready}
    assert files(tmp_path, ORIGINALS) == []


def test_a_picture_is_not_given_up_when_the_store_cannot_be_reached(
    database: Database, store: PictureStore, wish: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting(database, store, wish, photo())

    def away(*given: object) -> bytes:
        raise ConnectionError("store is away")

    with monkeypatch.context() as patch:
        patch.setattr(store, "get", away)
        for _ in range(ATTEMPTS_MOST + 1):
            assert prepare_pictures(database, NOW, store) == 0
    assert prepare_pictures(database, NOW, store) == 1
    assert [row.state for row in rows(database)] == [PictureState.ready]


def test_a_picture_that_brings_the_process_down_each_time_is_given_up(
    database: Database, store: PictureStore, wish: int
) -> None:
    waiting(database, store, wish, photo())
    with database.writing() as session:
        session.execute(update(Attachment).values(attempts=ATTEMPTS_MOST))
    assert prepare_pictures(database, NOW, store) == 1
    assert [row.state for row in rows(database)] == [PictureState.refused]


@pytest.mark.parametrize("error", [MemoryError("too large for this machine"), OSError("encoder error -2")])
def test_a_picture_that_is_too_much_for_the_machine_is_given_up_after_some_tries_and_holds_up_no_other(
    database: Database, store: PictureStore, wish: int, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    waiting(database, store, wish, photo(), photo(width=64))

    def drawn(original: bytes, media_type: str) -> picture_kinds.Cleaned:
        if original == photo():
            raise error
        return cleaned(original, media_type)

    cleaned = picture_kinds.cleaned
    with monkeypatch.context() as patch:
        patch.setattr(picture_kinds, "cleaned", drawn)
        assert prepare_pictures(database, NOW, store) == 1
        assert [row.state for row in rows(database)] == [PictureState.received, PictureState.ready]
        for _ in range(ATTEMPTS_MOST):
            prepare_pictures(database, NOW, store)
    assert [row.state for row in rows(database)] == [PictureState.refused, PictureState.ready]


# Forgetting


def test_pictures_of_forms_that_were_never_sent_are_forgotten_after_a_day(
    database: Database, store: PictureStore, wish: int, tmp_path: Path
) -> None:
    waiting(database, store, None, photo())
    waiting(database, store, wish, photo("PNG"))
    assert tidy_pictures(database, clock.now(), store) == 0
    assert tidy_pictures(database, clock.now() + timedelta(days=2), store) == 1
    assert [row.ticket_id for row in rows(database)] == [wish]
    assert len(files(tmp_path, ORIGINALS)) == 1


# In a bucket


@pytest.fixture
def bucket(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> PictureStore:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", CREDENTIALS["aws_access_key_id"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", CREDENTIALS["aws_secret_access_key"])
    return PictureStore(f"s3://{BUCKET}/county?endpoint={s3_endpoint}&region=us-east-1")


def test_a_bucket_keeps_and_cleans_pictures_just_as_a_folder_does(
    sqlite_database: Database, bucket: PictureStore
) -> None:
    with sqlite_database.writing() as session:
        wish = submit_wish(session, build_county(session))
    waiting(sqlite_database, bucket, wish, phone_photo())
    assert prepare_pictures(sqlite_database, NOW, bucket) == 1
    (row,) = rows(sqlite_database)
    assert row.state is PictureState.ready
    assert bucket.get(PICTURES, row.picture or "").startswith(b"\xff\xd8\xff")
    with pytest.raises(Missing):
        bucket.get(ORIGINALS, row.original)
    assert list(bucket.listing(ORIGINALS)) == []
    bucket.remove(ORIGINALS, row.original)


def test_the_pictures_module_reads_where_the_settings_say(sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        assert save_of_settings(session)


def save_of_settings(session: Session) -> list[int]:
    return save_uploads(session, [upload(photo())], None, NOW, pictures.default_store())
