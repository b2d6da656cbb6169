"""**The guidance table**: words that tell of danger, or of what another office has to decide, and whom to call instead.

The six kinds that are not dispatched (Jinan 2018, Weifang 2021), as a villager would write of them. Guidance is given
and never stands in the way: her words are taken all the same, and an official decides what they are.
"""

import re
from dataclasses import dataclass
from functools import cache

from workflows.commands import DeclineGround
from workflows.words import _


@dataclass(frozen=True)
class Call:
    """A number of three to five digits that any telephone in the country reaches."""

    number: str
    words: str


@dataclass(frozen=True)
class Guidance:
    """`signs` is a pattern that browsers read as Python does: words and `|`, `.`, `{m,n}`, `?` and `[…]` only.

    `is_urgent`: shown the moment she writes it, by the page itself. `leads_to` is one of our own pages.
    """

    key: str
    ground: DeclineGround
    signs: str
    words: str
    calls: tuple[Call, ...] = ()
    is_urgent: bool = False
    leads_to: str = ""


POLICE, FIRE, AMBULANCE = Call("110", _("报警")), Call("119", _("火警和救援")), Call("120", _("急救"))
TRAFFIC, COMFORT = Call("122", _("交通事故")), Call("12356", _("心理援助"))
COURTS, LAW = Call("12368", _("法院诉讼服务")), Call("12348", _("法律咨询和调解"))
DISCIPLINE, SECURITY = Call("12388", _("纪检监察举报")), Call("12339", _("国家安全举报"))
EMERGENCY_CALLS = (POLICE, FIRE, AMBULANCE, TRAFFIC)

GROUND = DeclineGround
# fmt: off
GUIDANCE: tuple[Guidance, ...] = (
    Guidance("fire", GROUND.emergency,
             "着火|起火|失火|火灾|山火|烧起来|冒浓烟|冒火花|煤气漏|漏煤气|煤气味|漏燃气|燃气泄漏|爆炸",
             _("要是正在着火、漏气，请先离开，马上打电话。"), (FIRE, POLICE), is_urgent=True),
    Guidance("injury", GROUND.emergency,
             "昏倒|晕倒|昏迷|叫不醒|喘不上气|抽搐|大出血|心脏病发|中风|喝了?农药|中毒|快不行了|难产|摔伤|摔断|骨折|触电|"
             "蛇咬|烫伤|烧伤|受伤了|受了?重伤|伤得|[，。！、]有人受伤",
             _("要是有人正病着、伤着，请马上打急救电话。"), (AMBULANCE,), is_urgent=True),
    Guidance("violence", GROUND.emergency,
             "打架|打人|挨打|被打|打起来|家暴|持刀|拿刀|动刀|砍人|抢劫|被抢|被偷|偷走|小偷|走丢|失踪|[人儿子女娃]不见了|拐走|强奸|猥亵|诈骗|被骗",
             _("要是有人正有危险，或者被偷被骗，请马上报警。"), (POLICE,), is_urgent=True),
    Guidance("crash", GROUND.emergency,
             "车祸|撞车|翻车|车翻|翻[到进]了?.{0,3}[沟河坎崖]|被车撞|撞.{0,2}人|出了?交通事故",
             _("要是刚出了事故，请先打电话，有人受伤先叫急救。"), (TRAFFIC, AMBULANCE), is_urgent=True),
    Guidance("trapped", GROUND.emergency,
             "被困|被埋|被水围|[洪河]水进了?屋|落水|溺水|掉[进到].{0,3}[河井塘]|塌方|滑坡|泥石流|山洪|要[倒塌垮]|房子?[倒塌垮]了",
             _("要是有人被困、房子山坡要垮，请先躲到安全的地方，马上打电话。"), (FIRE, POLICE), is_urgent=True),
    Guidance("despair", GROUND.emergency,
             "不想活|活不下去|活着没意思|想死|寻死|自杀|轻生",
             _("您的难处我们看重。请先跟身边的人说说，或者打这个电话，白天夜里都有人听。"),
             (COMFORT, AMBULANCE, POLICE), is_urgent=True),
    Guidance("court", GROUND.court_or_petition,
             "法院|开庭|判决|打官司|起诉|上诉|强制执行|仲裁",
             _("已经在法院或者仲裁的事，要由那里来定，我们改不了。要问进度或者申诉，请打法院的电话；不懂法可以免费问。"),
             (COURTS, LAW)),
    Guidance("petition", GROUND.court_or_petition,
             "信访|上访|行政复议",
             _("信访已经收下的事由信访部门答复：请问县信访局，或者在“国家信访局”网站、小程序上查。不服行政决定，"
               "可以向司法局申请复议。"), (LAW,)),
    Guidance("accusation", GROUND.court_or_petition,
             "举报|贪污|受贿|行贿|以权谋私|优亲厚友|侵吞|截留",
             _("举报干部请直接找纪检监察，他们替您保密。这里的话会转给办事的单位，请不要在这里写被举报的人。"),
             (DISCIPLINE,)),
    Guidance("nothing_new", GROUND.nothing_new,
             "以前说过|上次说|上回说|早就说过|我说过|说过.{0,2}[次回遍]|反映过|反映.{0,3}[几多]次|说了.{0,3}[几多][次回遍]|还是没人管|一直没人管",
             _("这件事要是在这里说过，凭编号能查到办到哪一步，还能催一催；有新情况就接着写。"), leads_to="/track"),
    Guidance("secret", GROUND.secret,
             "国家秘密|军事秘密|秘密文件|机密|绝密|涉密|军事禁区|军事基地|间谍|泄密",
             _("涉及国家秘密的事请不要写在这里，也不要拍照。请打电话说。"), (SECURITY,)),
    Guidance("private_matter", GROUND.outside_public_duties,
             "离婚|彩礼|分家|遗产|借钱不还|欠.{0,4}钱不还|欠债|赌债|吵架|婆媳",
             _("家里和邻里之间的事，政府不能替您做主。可以请村里的人民调解员来劝，法律上的事可以免费问。"), (LAW,)),
    Guidance("unlawful", GROUND.unlawful,
             "办个?假证|代开发票|假证件|刻假章|买枪|赌博|吸毒|贩毒|卖淫|高利贷",
             _("法律不许的事我们办不了。要是看见别人在做，请报警，警察替您保密。"), (POLICE,)),
)
# fmt: on

MOST = 2
URGENT_SIGNS = "|".join(row.signs for row in GUIDANCE if row.is_urgent)
"""For the page itself: a phone without a network must still say whom to call."""


def guidance_for(words: str) -> tuple[Guidance, ...]:
    """At most two rows, those of danger first; empty for nearly every wish."""
    found = [row for row in GUIDANCE if _pattern(row.signs).search(words)]
    return tuple(sorted(found, key=lambda row: not row.is_urgent)[:MOST])


@cache
def _pattern(signs: str) -> re.Pattern[str]:
    return re.compile(signs)


def as_markdown() -> str:
    lines = [
        f"| `{row.key}` | {row.ground} | {row.words} | {'、'.join(call.number for call in row.calls) or row.leads_to} |"
        for row in GUIDANCE
    ]
    return "| row | kind | what she reads | whom to call |\n|---|---|---|---|\n" + "\n".join(lines) + "\n"
