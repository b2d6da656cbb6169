"""Whoever writes of danger, or of what another office decides, reads whom to call; nearly everybody reads nothing."""

import re

import pytest

from workflows.commands import DeclineGround
from workflows.guidance import GUIDANCE, MOST, URGENT_SIGNS, guidance_for

READ = [
    ("隔壁的房子着火了", ["fire"], ["119", "110"]),
    ("老人昏倒在家里", ["injury"], ["120"]),
    ("家里的牛被偷了", ["violence"], ["110"]),
    ("村口刚撞了人", ["crash"], ["122", "120"]),
    ("后山滑坡，有人被困", ["trapped"], ["119", "110"]),
    ("欠了债，不想活了", ["despair"], ["12356", "120", "110"]),
    ("法院判决了不给钱", ["court"], ["12368", "12348"]),
    ("信访局答复过", ["petition"], ["12348"]),
    ("我要举报村里的人贪污", ["accusation"], ["12388"]),
    ("路灯的事反映了好几次，还是没人管", ["nothing_new"], []),
    ("这是国家秘密", ["secret"], ["12339"]),
    ("儿子分家不公平", ["private_matter"], ["12348"]),
    ("有人在村里赌博", ["unlawful"], ["110"]),
    ("桥头车翻了，有人受伤", ["injury", "crash"], ["120", "122", "120"]),
    ("娃儿被蛇咬了", ["injury"], ["120"]),
    ("老人走出去两天，人不见了", ["violence"], ["110"]),
    ("这件事我说过了，怎么还没有办", ["nothing_new"], []),
    ("想办个假证，多少钱", ["unlawful"], ["110"]),
]
ORDINARY = [
    "三组路灯坏了两盏，晚上不敢出门",
    "自来水停了两天，水管在桥头漏",
    "想种黄精，二月要一百株好苗",
    "土鸡卖不出去，想学拍视频",
    "火车站到村里的路坏了",
    "120 斤土豆卖不出去",
    "打水要走两里路",
    "医保卡怎么办",
    "护栏断了，怕有人受伤",
    "摩托车掉进坑里就是一跤",
    "想让自来水进屋",
    "灶上没气了，换气要跑十里路",
]


@pytest.mark.parametrize(("words", "keys", "numbers"), READ, ids=[words for words, _, _ in READ])
def test_the_words_lead_to_the_number_to_call(words: str, keys: list[str], numbers: list[str]) -> None:
    rows = guidance_for(words)
    assert [row.key for row in rows] == keys
    assert [call.number for row in rows for call in row.calls] == numbers


@pytest.mark.parametrize("words", ORDINARY)
def test_an_ordinary_wish_is_left_in_peace(words: str) -> None:
    assert guidance_for(words) == ()


def test_danger_is_said_first_and_never_more_than_two_things() -> None:
    rows = guidance_for("法院判决了，信访也去了，现在他拿刀打人，房子着火了")
    assert len(rows) == MOST and all(row.is_urgent for row in rows)


def test_each_of_the_six_kinds_has_its_row_and_each_row_says_where_to_turn() -> None:
    assert {row.ground for row in GUIDANCE} == set(DeclineGround)
    assert [row.key for row in GUIDANCE if not row.calls and not row.leads_to] == []
    assert [row.key for row in GUIDANCE if row.is_urgent != (row.ground is DeclineGround.emergency)] == []
    numbers = [call.number for row in GUIDANCE for call in row.calls]
    assert [number for number in numbers if not re.fullmatch(r"1\d{2}|12\d{3}", number)] == []


def test_old_browsers_read_the_signs_as_we_do() -> None:
    assert [row.key for row in GUIDANCE if re.search(r"\(\?|\\", row.signs)] == []
    assert re.search(URGENT_SIGNS, "煤气漏了") and not re.search(URGENT_SIGNS, "煤气费太贵")
