"""Commands under bad input: kept as typed or refused with the right word; an event keeps no more than it may."""

import json
from enum import StrEnum
from types import UnionType
from typing import Any, Union, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from tests.workflows.cases import SAMPLES, WISH
from workflows.commands import (
    CHOICE_WORDS,
    COMMANDS,
    PERSONAL,
    PHOTOS_MOST,
    VERB_WORDS,
    WISH_LENGTH,
    WORDS_LENGTH,
    Command,
    CommandBase,
    Submit,
    clean,
    none_if_blank,
    plain_digits,
)
from workflows.refusals import Refused

COMMAND: TypeAdapter[CommandBase] = TypeAdapter(Command)
FREE_OF_LENGTH_AND_FORM = {("merge", "into"), ("submit", "phone"), ("submit", "position")}
WIDGETS = {
    *("line", "words", "choice", "yes_no", "yes_or_no", "yes_no_unsaid", "date", "moment"),
    *("area", "category", "unit", "units", "ticket", "photos", "parts", "voice", "position"),
}

BLANKS = ["", " ", "\n\t ", "\u3000", "\x00", "\x00\x07\ufeff", "\u200b\u200b\u2060", "\u202e\u202c", "\ud800"]
ODD_WORDS = {
    "emoji": "路灯💡不亮👨‍👩‍👧‍👦",
    "right to left": "\u202eمصباح الشارع\u202c معطل",
    "html": "<script>alert('坏')</script><b>路灯</b>",
    "sql": "'; DROP TABLE ticket; --",
    "template": "{{ 7 * 7 }} {sentence} %s",
    "rare characters": "𠮷家𡈽 \ue000",
    "newlines": "第一行\n第二行\n\n第四行",
}


def parts_of(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) in (Union, UnionType):
        return tuple(part for each in get_args(annotation) for part in parts_of(each))
    return (annotation,)


def fields_where(test: Any) -> list[tuple[str, str]]:
    return [
        (verb, name)
        for verb, command in COMMANDS.items()
        for name, field in command.model_fields.items()
        if name != "verb" and test(field)
    ]


def holds_words(field: FieldInfo) -> bool:
    return str in parts_of(field.annotation)


def enums_of(field: FieldInfo) -> list[type[StrEnum]]:
    return [part for part in parts_of(field.annotation) if isinstance(part, type) and issubclass(part, StrEnum)]


TEXT_FIELDS = [place for place in fields_where(holds_words) if place not in FREE_OF_LENGTH_AND_FORM]
EVERY_FIELD = fields_where(lambda field: True)


def parsed(verb: str, **values: Any) -> CommandBase:
    """The command as a form or a JSON body gives it."""
    return COMMAND.validate_python({**SAMPLES[verb].model_dump(mode="json"), **values})


def limits_of(verb: str, name: str) -> tuple[int, int]:
    metadata = COMMANDS[verb].model_fields[name].metadata
    least = next((limit.min_length for limit in metadata if hasattr(limit, "min_length")), 0)
    return least, next((limit.max_length for limit in metadata if hasattr(limit, "max_length")), 0)


def errors_of(verb: str, **values: Any) -> set[str]:
    """The kinds of error, each of them about the field that was given."""
    with pytest.raises(ValidationError) as refused:
        parsed(verb, **values)
    assert {error["loc"][1] for error in refused.value.errors()} == set(values)
    return {error["type"] for error in refused.value.errors()}


@pytest.mark.parametrize(("verb", "name"), TEXT_FIELDS)
@pytest.mark.parametrize("blank", BLANKS, ids=ascii)
def test_nothing_visible_is_nothing_said(verb: str, name: str, blank: str) -> None:
    if COMMANDS[verb].model_fields[name].is_required():
        assert errors_of(verb, **{name: blank}) == {"string_too_short"}
    else:
        assert getattr(parsed(verb, **{name: blank}), name) is None


@pytest.mark.parametrize(("verb", "name"), TEXT_FIELDS)
def test_one_character_is_enough_where_one_can_say_something(verb: str, name: str) -> None:
    least, _ = limits_of(verb, name)
    if least > 1:
        assert errors_of(verb, **{name: "急"}) == {"string_too_short"}
        assert getattr(parsed(verb, **{name: "急" * least}), name) == "急" * least
    else:
        assert getattr(parsed(verb, **{name: "急"}), name) == "急"


@pytest.mark.parametrize(("verb", "name"), sorted(set(TEXT_FIELDS) - {("submit", "category"), ("assign", "category")}))
def test_words_have_an_end(verb: str, name: str) -> None:
    _, most = limits_of(verb, name)
    assert 0 < most <= max(WISH_LENGTH[1], WORDS_LENGTH)
    assert getattr(parsed(verb, **{name: "长" * most}), name) == "长" * most
    assert errors_of(verb, **{name: "长" * (most + 1)}) == {"string_too_long"}
    assert errors_of(verb, **{name: "长" * 100_000}) == {"string_too_long"}


@pytest.mark.parametrize(("verb", "name"), TEXT_FIELDS)
@pytest.mark.parametrize("words", ODD_WORDS.values(), ids=ODD_WORDS.keys())
def test_odd_words_are_kept_as_typed(verb: str, name: str, words: str) -> None:
    assert getattr(parsed(verb, **{name: words}), name) == words


@pytest.mark.parametrize(("verb", "name"), TEXT_FIELDS)
def test_what_no_screen_shows_is_dropped_and_line_ends_are_one(verb: str, name: str) -> None:
    typed = "  \x00路灯\x07坏了\r\n老人\ud83d不敢\r出门\ufeff \x1b"
    assert getattr(parsed(verb, **{name: typed}), name) == "路灯坏了\n老人不敢\n出门"


@pytest.mark.parametrize(("verb", "name"), TEXT_FIELDS)
@pytest.mark.parametrize("wrong", [5, 1.5, True, ["路灯"], {"a": "b"}, b"\xff\xfe"], ids=repr)
def test_what_is_no_text_is_refused(verb: str, name: str, wrong: Any) -> None:
    assert errors_of(verb, **{name: wrong}) <= {"string_type", "string_unicode"}


@given(st.text())
def test_any_words_become_clean_words_once_and_for_all(typed: str) -> None:
    words = clean(typed)
    assert clean(words) == words == words.strip()
    assert "\x00" not in words and "\r" not in words
    assert none_if_blank(typed) == (words or None)
    words.encode()


@given(st.text(alphabet=st.characters(), max_size=60) | st.sampled_from(["长" * 100_000, *BLANKS]))
def test_any_wish_is_taken_or_refused_with_a_reason(typed: str) -> None:
    least, most = WISH_LENGTH
    if least <= len(clean(typed)) <= most:
        assert parsed("submit", text=typed).details()["text"] == clean(typed)
    else:
        assert errors_of("submit", text=typed) <= {"string_too_short", "string_too_long"}


@pytest.mark.parametrize(
    "typed", ["13800001234", "１３８００００１２３４", " 0915-2512345 ", "+86 138 0000 1234", "12345"]
)
def test_telephone_numbers_are_taken_as_people_type_them(typed: str) -> None:
    phone = parsed("submit", phone=typed).phone  # type: ignore[attr-defined]
    assert phone == plain_digits(typed) and phone.isascii()


@pytest.mark.parametrize(
    "typed", ["1", "1234", "不知道", "138000012341380000123413", "138' OR 1=1", "1" * 100_000, "١٢٣٤٥٦"]
)
def test_what_is_no_telephone_number_is_refused(typed: str) -> None:
    assert errors_of("submit", phone=typed) <= {"string_pattern_mismatch", "string_too_long"}


@pytest.mark.parametrize("typed", ["2026-000123", " 2026-000123\n", "2026-1000000"])
def test_a_ticket_number_is_taken_with_the_blanks_around_it(typed: str) -> None:
    assert parsed("merge", into=typed).into == typed.strip()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "typed", ["", "123", "2026-12", "２０２６-０００１２３", "2026-" + "9" * 5000, "2026-000123; DROP"]
)
def test_what_is_no_ticket_number_is_refused(typed: str) -> None:
    assert errors_of("merge", into=typed) == {"string_pattern_mismatch"}


PARTS_ALL_WRONG = [(), ("路灯",), ("路灯",) * 11, "路灯\n\n水渠", 5]


@pytest.mark.parametrize("parts", PARTS_ALL_WRONG, ids=ascii)
def test_a_wish_is_split_into_two_to_ten(parts: Any) -> None:
    assert errors_of("split", parts=parts) <= {"too_short", "too_long", "tuple_type"}


@pytest.mark.parametrize("part", ["", "灯", "\x00\u200b", "长" * 5001], ids=["empty", "short", "invisible", "long"])
def test_each_part_is_a_wish_that_could_be_handed_in(part: str) -> None:
    errors = errors_of("split", parts=("路灯不亮", part))
    assert errors - {"too_short"} == {"string_too_long" if len(part) > WISH_LENGTH[1] else "string_too_short"}


@pytest.mark.parametrize("photos", [[0], [-1], [10**30], ["x"], [None], list(range(1, PHOTOS_MOST + 2))], ids=repr)
def test_photos_are_few_and_known_by_number(photos: list[Any]) -> None:
    for verb in ("submit", "supplement", "verify", "report_progress", "reply"):
        assert errors_of(verb, photos=photos)


@pytest.mark.parametrize("verb", COMMANDS)
def test_a_field_that_the_verb_does_not_have_is_refused(verb: str) -> None:
    assert errors_of(verb, status="closed") == {"extra_forbidden"}


@pytest.mark.parametrize("verb", ["", "delete", "Submit", None, 5, "request_holiday"])
def test_a_verb_that_does_not_exist_is_refused(verb: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        COMMAND.validate_python({"verb": verb})
    assert refused.value.errors()[0]["type"] in {"union_tag_invalid", "union_tag_not_found"}


@pytest.mark.parametrize(("verb", "name"), [place for place in EVERY_FIELD if place[1] != "promised_for"])
def test_a_choice_that_does_not_exist_is_refused(verb: str, name: str) -> None:
    if enums_of(COMMANDS[verb].model_fields[name]):
        assert errors_of(verb, **{name: "no_such_choice"}) == {"enum"}
        assert errors_of(verb, **{name: ["satisfied"]}) == {"enum"}


@pytest.mark.parametrize(("verb", "name"), EVERY_FIELD)
def test_a_field_that_was_left_out_is_named(verb: str, name: str) -> None:
    given_fields = {key: value for key, value in SAMPLES[verb].model_dump(mode="json").items() if key != name}
    if COMMANDS[verb].model_fields[name].is_required():
        with pytest.raises(ValidationError) as refused:
            COMMAND.validate_python(given_fields)
        assert [(error["loc"][1], error["type"]) for error in refused.value.errors()] == [(name, "missing")]
    elif (verb, name) not in NEEDED_AFTER_ALL:
        default = COMMANDS[verb].model_fields[name].default
        assert getattr(COMMAND.validate_python(given_fields), name) == default


NEEDED_AFTER_ALL = {("follow_up", "was_contacted"), ("follow_up", "is_resolved"), ("follow_up", "satisfaction")}
ANSWERED = {"result": "answered", "was_contacted": "true", "is_resolved": "true", "satisfaction": "satisfied"}
UNRESOLVED = {**ANSWERED, "is_resolved": "false", "words": "灯还是不亮"}
DISSATISFIED = {**ANSWERED, "satisfaction": "dissatisfied", "words": "没人来问过我"}
FOR_NOW = {"outcome": "for_now", "words": "等到开春再补种", "promised_for": "2026-04-01"}
REFERRED = {"outcome": "referred", "words": "请向法院申请执行", "referred_to": "县法院"}


@pytest.mark.parametrize(
    ("verb", "values", "missing", "field"),
    [
        ("reply", FOR_NOW, "promised_for", "promised_for"),
        ("reply", REFERRED, "referred_to", "referred_to"),
        ("follow_up", ANSWERED, "was_contacted", "satisfaction"),
        ("follow_up", ANSWERED, "is_resolved", "satisfaction"),
        ("follow_up", ANSWERED, "satisfaction", "satisfaction"),
        ("follow_up", UNRESOLVED, "satisfaction", "satisfaction"),
        ("follow_up", UNRESOLVED, "words", "words"),
        ("follow_up", DISSATISFIED, "words", "words"),
    ],
)
@pytest.mark.parametrize("empty", [None, "", " "])
def test_what_one_answer_makes_necessary_is_asked_for(
    verb: str, values: dict[str, str], missing: str, field: str, empty: str | None
) -> None:
    assert COMMAND.validate_python({"verb": verb, **values}).verb == verb
    with pytest.raises(Refused) as refused:
        COMMAND.validate_python({"verb": verb, **values, missing: empty})
    assert refused.value.field == field and refused.value.sentence.endswith("。")


@pytest.mark.parametrize("outcome", ["resolved", "partly_resolved", "explained"])
def test_other_outcomes_need_neither_date_nor_channel(outcome: str) -> None:
    reply = parsed("reply", outcome=outcome, promised_for="", referred_to=" ")
    assert reply.details() == {"outcome": outcome, "words": SAMPLES["reply"].details()["words"]}


def test_a_fruitless_call_asks_for_no_reason_whatever_the_form_held() -> None:
    left_over = {"satisfaction": "dissatisfied", "is_resolved": "false"}
    call = COMMAND.validate_python({"verb": "follow_up", "result": "refused", **left_over})
    assert call.words is None  # type: ignore[attr-defined]


@pytest.mark.parametrize("satisfaction", ["satisfied", "basically_satisfied"])
def test_a_content_answer_needs_no_words(satisfaction: str) -> None:
    answer = COMMAND.validate_python({"verb": "follow_up", **ANSWERED, "satisfaction": satisfaction})
    assert answer.words is None  # type: ignore[attr-defined]


@pytest.mark.parametrize("result", ["unreachable", "wrong_number", "refused"])
def test_a_fruitless_call_needs_no_opinion(result: str) -> None:
    assert COMMAND.validate_python({"verb": "follow_up", "result": result}).details() == {"result": result}


@pytest.mark.parametrize("wrong", ["soon", "2026-02-30", "2026-13-01", "99999-01-01", 5.5, [], "1" * 1000])
def test_a_date_that_does_not_exist_is_refused(wrong: Any) -> None:
    assert errors_of("reply", promised_for=wrong)


# What an event keeps.


@pytest.mark.parametrize("verb", COMMANDS)
def test_an_event_keeps_what_was_said_and_nothing_personal(verb: str) -> None:
    details = SAMPLES[verb].details()
    assert not details.keys() & {*PERSONAL, "verb"}
    assert json.loads(json.dumps(details)) == details
    kept = COMMAND.validate_python({"verb": verb, **details})
    assert kept == SAMPLES[verb].model_copy(update=dict.fromkeys(PERSONAL & COMMANDS[verb].model_fields.keys()))


@given(name=st.text(max_size=40), place=st.text(max_size=200), digits=st.text("0123456789", min_size=5, max_size=15))
def test_who_she_is_never_reaches_an_event(name: str, place: str, digits: str) -> None:
    wish = Submit(text="路灯不亮", area=9, name=name, place=place, phone=digits)
    assert wish.details() == {"text": "路灯不亮", "area": 9}


def test_fields_that_could_tell_who_she_is_are_declared_personal() -> None:
    telling = {"name", "phone", "place", "position", "address", "email", "id_number", "mobile", "contact"}
    found = {name for _, name in EVERY_FIELD} & telling
    assert found == PERSONAL


def test_a_command_is_not_changed_once_it_is_made() -> None:
    with pytest.raises(ValidationError):
        setattr(WISH, "text", "别的")  # noqa: B010
    assert hash(WISH) == hash(WISH.model_copy())


# What a form shows.


def is_chinese(words: str) -> bool:
    return any("\u4e00" <= sign <= "\u9fff" for sign in words)


@pytest.mark.parametrize(("verb", "name"), EVERY_FIELD)
def test_every_field_has_a_chinese_label_and_a_widget_that_exists(verb: str, name: str) -> None:
    field = COMMANDS[verb].model_fields[name]
    assert is_chinese(field.title or "")
    assert not field.description or is_chinese(field.description)
    assert isinstance(field.json_schema_extra, dict)
    assert field.json_schema_extra["widget"] in WIDGETS


@pytest.mark.parametrize("verb", VERB_WORDS)
def test_every_verb_has_a_chinese_word(verb: str) -> None:
    assert is_chinese(VERB_WORDS[verb])


@pytest.mark.parametrize(("verb", "name"), fields_where(enums_of))
def test_the_choices_of_one_field_have_each_a_word_of_its_own(verb: str, name: str) -> None:
    for choices in enums_of(COMMANDS[verb].model_fields[name]):
        labels = [CHOICE_WORDS[choice] for choice in choices]
        assert len(set(labels)) == len(choices)
        assert all(is_chinese(label) or label == "Open311" for label in labels)
