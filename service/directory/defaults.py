"""What a new county starts with: the usual categories of a rural county, and which office each usually goes to.

The offices are named as counties name them; the catalogue (派单目录) of a county is filled from them by name.
"""

from dataclasses import dataclass
from typing import Any

from workflows.statuses import FollowUpRule, Kind
from workflows.time_limits import Urgency
from workflows.words import _


@dataclass(frozen=True)
class CategoryDefault:
    """`town_office` and `county_office` are short names of units: the town's is suggested first, then the county's."""

    key: str
    name: str
    kind: Kind
    urgency: Urgency
    needs_review: bool
    follow_up_rule: FollowUpRule
    town_office: str
    county_office: str
    prompts: tuple[str, str, str]

    @property
    def columns(self) -> dict[str, Any]:
        """The columns of its row in the table of categories."""
        return {
            "key": self.key,
            "name": self.name,
            "kind": self.kind,
            "urgency": self.urgency,
            "needs_review": self.needs_review,
            "follow_up_rule": self.follow_up_rule,
            "prompts": "\n".join(self.prompts),
        }


TROUBLE, DEVELOPMENT = Kind.trouble, Kind.development
URGENT, ORDINARY, COMPLEX, GROWING = Urgency.urgent, Urgency.ordinary, Urgency.complex, Urgency.development
CALL, CALL_IF_SILENT = FollowUpRule.always, FollowUpRule.if_unrated

# Water and electricity are answered within 24 hours: a reviewer in between would take a working day of them, so the
# follow-up looks at these answers instead. Where people could be hurt or have quarrelled, they are always called.
# fmt: off
CATEGORIES: tuple[CategoryDefault, ...] = (
    #               key          name          kind         urgency   review follow-up       town office   county office
    CategoryDefault("road",      _("道路交通"),   TROUBLE,     ORDINARY, True,  CALL_IF_SILENT, "村镇建设办",   "交通运输局", (
        _("我们组的路坑坑洼洼，下雨没法走"), _("弯道的护栏断了，很危险"), _("班车太少，老人看病不方便"))),
    CategoryDefault("water",     _("饮水水利"),   TROUBLE,     URGENT,   False, CALL_IF_SILENT, "农业服务中心", "水利局", (
        _("停水两天了，缸里没水了"), _("自来水一下雨就浑"), _("灌田的水渠垮了一截"))),
    CategoryDefault("power",     _("用电照明"),   TROUBLE,     URGENT,   False, CALL_IF_SILENT, "村镇建设办",   "供电公司", (
        _("村口的路灯不亮了"), _("电压低，电饭煲煮不熟饭"), _("电线杆歪了，怕倒下来"))),
    CategoryDefault("housing",   _("住房安全"),   TROUBLE,     COMPLEX,  True,  CALL,           "村镇建设办",   "住建局", (
        _("老房子墙裂了，不敢住人"), _("屋顶漏雨，想申请修房补助"), _("房后的挡墙鼓起来了"))),
    CategoryDefault("health",    _("医疗卫生"),   TROUBLE,     ORDINARY, True,  CALL_IF_SILENT, "社会事务办",   "卫健局", (
        _("村卫生室经常不开门"), _("老人的慢病药镇上开不到"), _("医保报销有疑问"))),
    CategoryDefault("pension",   _("社保养老"),   TROUBLE,     ORDINARY, True,  CALL_IF_SILENT, "便民服务中心", "人社局", (
        _("满六十了养老金还没领到"), _("老人不会刷脸认证"), _("家里困难，想问问低保"))),
    CategoryDefault("school",    _("教育入学"),   TROUBLE,     ORDINARY, True,  CALL_IF_SILENT, "社会事务办",   "教体局", (
        _("在外打工，孩子能就近上学吗"), _("孩子上学路远，想要校车"), _("放学早没人接，想要托管"))),
    CategoryDefault("rubbish",   _("环境垃圾"),   TROUBLE,     ORDINARY, True,  CALL_IF_SILENT, "村镇建设办",   "城管局", (
        _("垃圾好多天没人来收"), _("河里有人倒渣土"), _("养殖场的粪水流到门口"))),
    CategoryDefault("dispute",   _("邻里纠纷"),   TROUBLE,     COMPLEX,  True,  CALL,           "平安建设办",   "司法局", (
        _("和邻居为地界扯皮，想请人评理"), _("隔壁的水冲了我家田坎"), _("老人赡养，几兄弟说不拢"))),
    CategoryDefault("signal",    _("通信网络"),   TROUBLE,     ORDINARY, True,  CALL_IF_SILENT, "村镇建设办",   "通信公司", (
        _("手机没信号，要跑到坡上打电话"), _("网太卡，孩子上不了网课"), _("快递只送到镇上"))),
    CategoryDefault("safety",    _("安全治安"),   TROUBLE,     ORDINARY, True,  CALL,           "平安建设办",   "公安局", (
        _("村里没拴的狗追着人跑"), _("水塘没有护栏"), _("野猪拱了庄稼，能赔吗"))),
    CategoryDefault("work",      _("务工就业"),   TROUBLE,     ORDINARY, True,  CALL_IF_SILENT, "便民服务中心", "人社局", (
        _("工钱要不回来"), _("想在家门口找个活"), _("想学一门手艺，有培训吗"))),
    CategoryDefault("seedlings", _("种苗技术"),   DEVELOPMENT, GROWING,  True,  CALL_IF_SILENT, "农业服务中心", "农业农村局", (
        _("想要一批好药苗，开春就栽"), _("药材烂根了，请懂技术的来看看"), _("想学养蜂，有没有师傅"))),
    CategoryDefault("sales",     _("农产品销售"), DEVELOPMENT, GROWING,  True,  CALL_IF_SILENT, "农业服务中心", "经贸局", (
        _("萝卜丰收了卖不出去"), _("想在网上卖土鸡，不会拍视频"), _("想办个小作坊，要什么手续"))),
    CategoryDefault("industry",  _("产业项目"),   DEVELOPMENT, GROWING,  True,  CALL_IF_SILENT, "农业服务中心", "农业农村局", (
        _("想回来办个小厂，有没有厂房"), _("想贷款养牛，没有抵押"), _("老木楼想做民宿，缺停车场"))),
    CategoryDefault("culture",   _("文化活动"),   DEVELOPMENT, GROWING,  True,  CALL_IF_SILENT, "社会事务办",   "文旅局", (
        _("跳坝坝舞想要块平地"), _("农家书屋能不能天天开"), _("老手艺想教给年轻人"))),
    CategoryDefault("other",     _("其他事项"),   TROUBLE,     ORDINARY, True,  CALL_IF_SILENT, "社会事务办",   "县受理中心", (
        _("不知道归哪里管，先说给您听"), _("办事的流程能不能画成一张图"), _("想给干部提个建议"))),
)
# fmt: on

BY_KEY = {category.key: category for category in CATEGORIES}
