"""Who wrote and how to reach him stays hidden; what the wish is about stays readable."""

import re
import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.masking import mask_identity, mask_name, mask_phone, mask_text

mobiles = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
words = st.text(alphabet="我们村的路坏了三年没人管，请修一。！ \n", max_size=20)


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812345678", "138****5678"),
        ("+86 138-1234-5678", "138****5678"),
        ("0915-2523456", "0915****56"),
        ("029 8765 4321", "029****21"),
        ("2523456", "****56"),
        ("666123", "****23"),
        ("不知道", "****"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_number_keeps_its_ends(phone: str | None, masked: str) -> None:
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("name", "masked"), [("张三", "张**"), ("欧阳修文", "欧**"), (" 李 ", "李**"), ("", ""), (None, "")]
)
def test_a_name_keeps_its_first_character_and_hides_its_length(name: str | None, masked: str) -> None:
    assert mask_name(name) == masked


def test_an_identity_number_keeps_four_and_four() -> None:
    assert mask_identity("61092519800101123X") == "6109**********123X"
    assert mask_identity("1234") == "****"


HIDDEN = [
    ("电话13812345678", "电话138****5678"),
    ("（电话13812345678）", "（电话138****5678）"),
    ("138 1234 5678或139-8765-4321", "138****5678或139****4321"),
    ("手机：１３８１２３４５６７８", "手机：138****5678"),
    ("+86-138-1234-5678 请联系", "138****5678 请联系"),
    ("打13812345678、13987654321都行", "打138****5678、139****4321都行"),
    ("号是一三八一二三四五六七八", "号是***********"),
    ("0915-2523456打不通", "0915****56打不通"),
    ("（0915）2523456", "0915****56"),
    ("办公室09152523456", "办公室0915****56"),
    ("电话2523456", "电话****56"),
    ("电话 是 2523 456", "电话 是 ****56"),
    ("短号 666123", "短号 ****23"),
    ("微信号wxid_88888", "微信号wx****"),
    ("QQ 12345678", "QQ ****78"),
    ("身份证61092519800101123X", "身份证6109**********123X"),
    ("610925 19800101 123x", "6109**********123x"),
    ("卡号6228 4804 0256 4890 018", "卡号6228***********0018"),
    ("邮箱zhang.san@county.cn", "邮箱z***@county.cn"),
    ("我叫张三丰，住三组", "我叫张**，住三组"),
    ("我叫王红住在三组", "我叫王**住在三组"),
    ("联系人：李四", "联系人：李**"),
    ("联系人：欧阳修文", "联系人：欧阳**"),
    ("户主刘大明家的低保", "户主刘**家的低保"),
    ("找李四，他知道", "找李**，他知道"),
    ("我是陈小华，", "我是陈**，"),
    ("他叫王大明，住三组", "他叫王**，住三组"),
    ("我儿子叫李强在外打工", "我儿子叫李**在外打工"),
    ("老伴是陈秀英。", "老伴是陈**。"),
    ("她的名字叫刘芳", "她的名字叫刘**"),
    ("138\u200b1234\u200b5678", "138****5678"),
    ("\u202d138\u00ad1234\u2060\ufeff5678\u202c", "138****5678"),
    ("1\ufe0f\u20e33\ufe0f\u20e38\ufe0f\u20e3 1234 5678", "138****5678"),
    ("𝟏𝟑𝟖𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖 ١٣٩٨٧٦٥٤٣٢١", "138****5678 139****4321"),
    ("我叫\u200b王小明", "我叫王**"),
    ("138，1234，5678或138/1234/5678", "138****5678或138****5678"),
    ("壹叁捌壹贰叁肆伍陆柒捌", "***********"),
]

READABLE = [
    "541国道G316线坏了3公里，花了20000元",
    "打井花了30000块，一共138户1234人",
    "2025年7月12日，20250712，2024-10-01 10:30",
    "2024-10-01 2024-10-05 停水",
    "20241001-20241005停电，20241001103000",
    "打12345没人管，拨打95598也一样",
    "电话费20000元",
    "打了3次电话，12000多斤花椒卖不出去",
    "找王主任，找张书记，找村长",
    "找李家坝村的路，找方法。",
    "我是滔河镇的，我是李家坝村的",
    "请他叫马上来修，孩子叫苦，他是高山上的人",
    "他是林业站的，她是石家坝村的，人是马路边的",
    "工单2026-000123",
    "第15 2023-10-01 8点",
    "海拔1200米，雨量300毫米，10千伏线路",
    "X210县道K12+300处",
    "1、3、5、7、9、11、13、15号楼停水，1/3/5户没有水",
    "一家人👨\u200d👩\u200d👧都感冒了❤\ufe0f",
]


@pytest.mark.parametrize(("text", "masked"), HIDDEN)
def test_what_tells_who_someone_is_is_masked(text: str, masked: str) -> None:
    assert mask_text(text) == masked


@pytest.mark.parametrize("text", READABLE)
def test_what_the_wish_is_about_stays_readable(text: str) -> None:
    assert mask_text(text) == text


@pytest.mark.parametrize("text", [text for text, _ in HIDDEN] + READABLE)
def test_masking_twice_changes_nothing_more(text: str) -> None:
    assert mask_text(mask_text(text)) == mask_text(text)


def digits_of(text: str) -> str:
    return re.sub(r"\D", "", unicodedata.normalize("NFKC", text))


GROUPINGS = [(3, 4, 4), (4, 3, 4), (3, 3, 5), (11,), (1,) * 11, (5, 6)]


@given(mobiles, words, words, st.sampled_from(GROUPINGS), st.sampled_from([" ", "-", " - ", "－", "\u3000", "\u200b"]))
def test_no_mobile_number_survives_however_it_is_written(
    number: str, before: str, after: str, grouping: tuple[int, ...], gap: str
) -> None:
    digits = iter(number)
    groups = ["".join(next(digits) for _ in range(size)) for size in grouping]
    masked = mask_text(before + gap.join(groups) + after)
    assert number not in digits_of(masked)
    assert f"{number[:3]}****{number[7:]}" in masked


@given(mobiles, words, words)
def test_the_words_around_a_number_stay(number: str, before: str, after: str) -> None:
    masked = mask_text(f"{before}：{number}。{after}")
    assert masked == mask_text(before) + f"：{number[:3]}****{number[7:]}。" + mask_text(after)


@given(st.integers(1, 9_999_999), st.sampled_from(["元", "块", "亩", "斤", "米", "公里", "户", "人"]))
def test_amounts_stay(amount: int, unit: str) -> None:
    for text in (f"一共{amount}{unit}", f"打井花了{amount}{unit}", f"电话里说要{amount} {unit}"):
        assert mask_text(text) == text


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_dates_stay(day: date) -> None:
    text = f"{day}起停水，到{day} 18:00"
    assert mask_text(text) == text


@given(st.text(max_size=300))
def test_whatever_is_typed_is_answered(text: str) -> None:
    assert isinstance(mask_text(text), str)


@pytest.mark.parametrize(
    "text",
    ["1" * 100_000, "1-" * 50_000, "电话" * 50_000, "找张" * 50_000, "a@" * 50_000, "１ " * 50_000, "1\u200b" * 50_000],
)
def test_a_hundred_thousand_characters_take_no_time(text: str) -> None:
    assert len(mask_text(text)) <= len(text) + 100
