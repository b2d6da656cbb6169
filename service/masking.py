"""What others may see of a person: numbers and names with their middle taken out.

Mobile 138****5678, name 张**, identity number first 4 and last 4, landlines and short local numbers too (rules of
practice). Amounts, dates, years, road numbers and public hotlines stay readable: a wish without them says nothing.
"""

import re
import unicodedata
from collections.abc import Callable

from service.phones import area_code_of, is_mobile, normalise_phone

STARS = "****"


def mask_phone(phone: str | None) -> str:
    """138****5678, 0915****34, ****34; empty stays empty, and what is no number shows nothing."""
    if not phone:
        return ""
    number = normalise_phone(phone)
    if number is None:
        return STARS
    if is_mobile(number):
        return number[:3] + STARS + number[-4:]
    return area_code_of(number) + STARS + number[-2:]


def mask_name(name: str | None) -> str:
    """张**, however long the name is: its length is a hint, too."""
    return f"{name.strip()[:1]}**" if name and name.strip() else ""


def mask_identity(number: str) -> str:
    """First 4 and last 4, of identity numbers and of bank cards."""
    return f"{number[:4]}{'*' * (len(number) - 8)}{number[-4:]}" if len(number) > 8 else STARS


def mask_text(text: str) -> str:
    """A wish or a reply as it may be published: whatever tells who someone is or how to reach him is masked."""
    text = DISGUISE.sub(_as_it_reads, text)
    for pattern, mask in MASKS:
        text = pattern.sub(mask, text)
    return text


# What nobody sees parts no number: it comes along where something is copied from a chat or a table.
UNSEEN_SIGNS = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f"
    r"\u3164\ufeff\uffa0\ufff0-\ufffb"
)
# Joiners and frames belong to pictures; behind a digit they are part of a number. And digits of other scripts, or the
# bold ones of mathematics: the patterns below know our own, in both widths.
DISGUISE = re.compile(rf"[{UNSEEN_SIGNS}]|(?<=\d)[{UNSEEN_SIGNS}\u200d\ufe00-\ufe0f\u20e3]+|(?![0-9０-９])\d")

GAP = r"[ \t\u3000\u00a0]?[-‐‑‒–—―−－_.．·]?[ \t\u3000\u00a0]?"
DIGIT = r"[0-9０-９]"
NOT_AFTER = r"(?<![0-9０-９*])"
NOT_BEFORE = r"(?![0-9０-９*])"

MOBILE = re.compile(
    rf"{NOT_AFTER}(?:(?:[+＋]|00|００)?(?:86|８６){GAP})?[1１]{GAP}[3-9３-９](?:{GAP}{DIGIT}){{9}}{NOT_BEFORE}"
)
SPOKEN_MOBILE = re.compile(
    r"[一幺壹][三四五六七八九叁肆伍陆柒捌玖](?:[ 、，,-]?[零〇○一幺二两三四五六七八九壹贰叁肆伍陆柒捌玖]){9}"
)
# 138，1234，5678: signs that elsewhere stand between the numbers of a list.
IN_THREE_PARTS = re.compile(rf"{NOT_AFTER}[1１][3-9３-９]{DIGIT}([,，、/／*＊])\d{{4}}\1\d{{4}}{NOT_BEFORE}")
# Identity numbers and bank cards, in one piece or in the groups in which they are printed.
LONG_NUMBER = re.compile(
    rf"{NOT_AFTER}(?:(?!86|８６){DIGIT}{{12,18}}[0-9０-９XxＸｘ]?"
    rf"|{DIGIT}{{6}}[ \-－]?{DIGIT}{{8}}[ \-－]?{DIGIT}{{3}}[0-9０-９XxＸｘ]"
    rf"|{DIGIT}{{4}}(?:[ \-－]{DIGIT}{{4}}){{3}}(?:[ \-－]?{DIGIT}{{1,3}})?){NOT_BEFORE}"
)
AREA_CODE = rf"[0０](?:[1１][0０]|[2２]{DIGIT}|[3-9３-９]{DIGIT}{{2}})"
LANDLINE = re.compile(
    rf"(?<![0-9０-９*.．])(?:[+＋]?86[ -]?)?(?:[(（]{AREA_CODE}[)）]|{AREA_CODE})"
    rf"{GAP}{DIGIT}(?:{GAP}{DIGIT}){{6,7}}{NOT_BEFORE}"
)
MAIL = re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")

BEFORE_A_NUMBER = r"电话|手机|微信|号码|联系方式|座机|短号|小号|拨打|拨|打|QQ|qq|扣扣|[Tt]el|TEL"
UNITS = (
    r"元|块|万|千|百|亿|角|个|户|口|人|名|家|斤|公斤|千克|吨|亩|米|里|公里|千米|年|月|日|天|号楼|次|头|只|棵|株|度|方|平|顷|"
    r"国道|省道|县道|乡道|村道|道|路|线|%|％|kg|km|KM|m|M|分|秒|小时|点|袋|盒|筐|车|期|台|盏|根|条|件|桶|瓶|箱|位|字"
)
LOCAL = re.compile(
    rf"(?P<word>(?:{BEFORE_A_NUMBER})(?:[^\n0-9０-９，。；,;！!？?*]{{0,5}}))"
    rf"(?P<number>{DIGIT}(?:[ \-－]?{DIGIT}){{4,7}})(?![0-9０-９*.．]|[ ]?(?:{UNITS}))"
)
# 12345, 10086, 95598, 96333: everybody may know these.
PUBLIC = re.compile(r"1[02]\d{3}|9[56]\d{3,4}")
A_DAY = r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
DAY = re.compile(A_DAY)
DAYS_OR_MOMENT = re.compile(rf"{A_DAY}(?:{A_DAY}|[0-2]\d[0-5]\d(?:[0-5]\d)?)")
WRITTEN_DAY = re.compile(r"(?:19|20)\d{2}[-－./ ]\d{1,2}[-－./ ]\d{1,2}")
CHAT_NAME = re.compile(r"(?P<word>(?:微信|QQ|qq)(?:号码?)?(?:[：:\s是为叫]){0,3})(?P<name>[A-Za-z][A-Za-z0-9_-]{5,19})")

# The hundred commonest surnames and those of the Qinba mountains: they cover nine in ten people.
SURNAME = (
    "[王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖"
    "贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤柯祝陀储朴席成]"
)
HAN = "[一-龥]"
# A character that hardly ever ends a given name, but often begins what follows it.
GOES_ON = "住在是的家电手和说要有今我你他她它也都就想来去反村组镇人及与或者这那因为，"
TITLES = "主任|书记|支书|村长|局长|镇长|县长|队长|组长|老师|医生|大夫|所长|站长|校长|经理|师傅|老板|干部|同志"
NAME = rf"(?P<surname>(?:欧阳|司马|上官|诸葛)|{SURNAME})(?!{TITLES}){HAN}(?:(?![{GOES_ON}]){HAN})?"
NAMED = re.compile(rf"(?P<word>(?:我叫|名叫|本人|联系人|姓名|户主)[：:\s是为叫]{{0,3}}){NAME}")
# 找 and 我是 also go before places and things (找李家坝, 找方法): only what ends like a name is one.
NOT_NAMES = "方法|方向|方式|方案|石头|马路|高人|万一|林地|田地|龙头|白天|石料|金融|江边|成绩|成本|水源"
SOUGHT = re.compile(
    rf"(?P<word>找(?:到|过|一下)?|我是)(?!{NOT_NAMES}){NAME}(?=[\s，。,.;；、：:（(！!？?0-9０-９]|$|电话|手机|联系|商量|帮忙)"
)

# He, she or somebody's kin, and what they are called: 他叫…, 儿子叫…, 老伴是…
WHOSE = "他|她|爸|妈|爷|奶|爹|娘|公|婆|伴|夫|妻|媳妇|子|女|儿|孙|哥|弟|姐|妹|叔|婶|伯|舅|姑|姨|人|孩"
NOT_CALLED = "马上|方便|高价|高兴|常年|黄牛|白跑|白干|于是|向来|曾经|严重|万分"
AT_AN_END = r"\s，。,.;；、：:（(！!？?0-9０-９"
CALLED = re.compile(
    rf"(?P<word>(?:{WHOSE}|名字)(?:的名字)?名?叫)(?!{NOT_NAMES}|{NOT_CALLED}){NAME}"
    rf"(?=[{AT_AN_END}{GOES_ON}]|$|电话|手机|联系)"
)
WHO_IS = re.compile(
    rf"(?P<word>(?:{WHOSE}|名字)(?:的名字)?是)(?!{NOT_NAMES}|{NOT_CALLED}){NAME}(?=[{AT_AN_END}]|$|电话|手机)"
)


def _as_it_reads(found: re.Match[str]) -> str:
    sign = found.group()
    return str(unicodedata.decimal(sign)) if sign.isdecimal() else ""


def _plain(found: str) -> str:
    return re.sub(r"[^0-9Xx]", "", unicodedata.normalize("NFKC", found))


def _masked_phone(found: re.Match[str]) -> str:
    return found.group() if WRITTEN_DAY.search(found.group()) else mask_phone(found.group())


def _masked_parts(found: re.Match[str]) -> str:
    return mask_phone(_plain(found.group()))


def _masked_long_number(found: re.Match[str]) -> str:
    number = _plain(found.group())
    return found.group() if DAYS_OR_MOMENT.fullmatch(number) else mask_identity(number)


def _masked_mail(found: re.Match[str]) -> str:
    name, _, host = found.group().partition("@")
    return f"{name[:1]}***@{host}"


def _masked_local(found: re.Match[str]) -> str:
    number = _plain(found["number"])
    if PUBLIC.fullmatch(number) or DAY.fullmatch(number):
        return found.group()
    return found["word"] + STARS + number[-2:]


def _masked_chat_name(found: re.Match[str]) -> str:
    return found["word"] + found["name"][:2] + STARS


def _masked_name(found: re.Match[str]) -> str:
    return f"{found['word']}{found['surname']}**"


def _all(found: re.Match[str]) -> str:
    return "*" * 11


MASKS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (MAIL, _masked_mail),
    (LONG_NUMBER, _masked_long_number),
    (MOBILE, _masked_phone),
    (IN_THREE_PARTS, _masked_parts),
    (SPOKEN_MOBILE, _all),
    (LANDLINE, _masked_phone),
    (LOCAL, _masked_local),
    (CHAT_NAME, _masked_chat_name),
    (NAMED, _masked_name),
    (SOUGHT, _masked_name),
    (CALLED, _masked_name),
    (WHO_IS, _masked_name),
)
