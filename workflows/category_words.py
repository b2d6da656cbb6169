"""Words by which a wish that nobody has classed yet is known for one of the usual categories: a guess, shown as one.

Routing by words alone is hard (the right office is first in half of the messages): it only says where to look first.
"""

# fmt: off
CATEGORY_WORDS: dict[str, tuple[str, ...]] = {
    # category   what people say; not what they also name in passing: 学校, 医院, 打工, 邻居, 公路
    "road":      ("路面", "坑洼", "烂路", "路烂", "通村路", "组路", "机耕路", "便桥", "班车", "公交", "错车", "减速带", "斑马线", "停车位", "硬化"),
    "water":     ("停水", "自来水", "饮水", "吃水", "没水吃", "水费", "水表", "水管", "水渠", "灌溉", "堰塘", "水库", "蓄水池"),
    "power":     ("路灯", "停电", "电压", "电线杆", "电杆", "电表", "电费", "变压器", "跳闸"),
    "housing":   ("危房", "漏雨", "裂了", "裂缝", "修房", "建房", "挡墙", "宅基地", "掉瓦"),
    "health":    ("卫生室", "医保", "看病", "报销", "慢病", "药费", "体检", "村医", "打针", "救护车"),
    "pension":   ("养老金", "养老保险", "社保", "低保", "残疾证", "高龄补贴", "刷脸", "认证", "五保", "临时救助", "孤儿"),
    "school":    ("入学", "校车", "幼儿园", "托管", "食堂", "助学", "读一年级", "作业", "宿舍"),
    "rubbish":   ("垃圾", "污水", "粪水", "旱厕", "厕所", "养殖场", "焚烧", "扬尘", "黑烟", "死猪", "臭"),
    "dispute":   ("地界", "田坎", "吵架", "赡养", "纠纷", "占了我家", "评理", "共墙", "不养老人"),
    "signal":    ("信号", "宽带", "基站", "网课", "网太卡", "手机卡", "没有网"),
    "safety":    ("野猪", "被偷", "小偷", "诈骗", "流浪狗", "没拴", "赌博", "打架", "治安", "水塘没有"),
    "work":      ("工钱", "欠薪", "工头", "找个活", "找工作", "就业", "务工", "工伤"),
    "seedlings": ("种苗", "药苗", "树苗", "苗子", "技术员", "病虫", "烂根", "嫁接", "养蜂", "种啥"),
    "sales":     ("卖不出去", "卖不掉", "销路", "滞销", "直播", "网店", "网上卖", "收购", "拍视频", "商标"),
    "industry":  ("厂房", "民宿", "办厂", "创业", "养牛", "养羊", "景点", "抵押"),
}
# fmt: on


def likeliest(text: str) -> tuple[str, str] | None:
    """The category and the longest word that speaks for it. None where no word is known, or as many for another."""
    heard = {key: [word for word in words if word in text] for key, words in CATEGORY_WORDS.items()}
    ranked = sorted(((_weight(words), key) for key, words in heard.items()), reverse=True)
    (most, key), (next_most, _other) = ranked[:2]
    return (key, max(heard[key], key=len)) if most > next_most else None


def _weight(words: list[str]) -> tuple[int, int]:
    """More words first, then longer ones."""
    return len(words), sum(map(len, words))
