"""One class per verb of an administrator: its fields are the form, and what the record of changes keeps of it."""

from typing import Any, ClassVar, Literal

from service.administration.field_types import (
    PHONE,
    Login,
    Number,
    OptionalId,
    OptionalMail,
    OptionalNumber,
)
from service.directory.models import AreaLevel, UnitClass
from workflows.commands import CommandBase, OptionalDate, OptionalPhone, OptionalText, Text, field
from workflows.statuses import FollowUpRule, Kind, Role
from workflows.time_limits import Urgency
from workflows.words import _
from workflows.workdays import TermUnit

LABEL, NAME, SHORT_NAME, AREA_NAME, TITLE = 60, 80, 30, 60, 40
ROWS_LENGTH = 20_000
DESK_OTHERWISE = _("不选就找当地的受理台")
WHAT_ROLES_DO = _("派单员派单，承办人办理，审核员审核反馈，回访员回访，督查员看数字和督办，管理员管人员和设置。")


class AdminCommand(CommandBase):
    """`secret` names fields of which the record says only that they were changed."""

    secret: ClassVar[frozenset[str]] = frozenset()

    def details(self) -> dict[str, Any]:
        said = self.model_dump(mode="json", exclude={"verb"})
        return {name: None if name in self.secret else value for name, value in said.items()}


# Fields that several of them share. A class named first among the bases has its fields last.


class InArea(AdminCommand):
    area: int = field(_("哪个地方的"), widget="area")


class LinkTerms(AdminCommand):
    label: Text = field(_("发到哪个群"), hint=_("例如：双喜村村民微信群"), min_length=1, max_length=LABEL)
    valid_until: OptionalDate = field(_("用到哪一天"), widget="date", hint=_("不填就一直能用"), default=None)
    daily_cap: OptionalNumber = field(
        _("每天最多收几件"), widget="number", hint=_("防止有人捣乱；一般不填"), default=None, ge=1
    )
    fallback_unit: OptionalId = field(_("停用以后找谁"), widget="unit", hint=DESK_OTHERWISE, default=None)


class LoginName(AdminCommand):
    login: Login = field(_("登录名"), hint=_("字母和数字，例如 wang-li；定了就不改"), min_length=2, max_length=60)


class Contacts(AdminCommand):
    secret = frozenset({"phone", "email"})
    name: Text = field(_("姓名"), min_length=1, max_length=40)
    phone: OptionalPhone = field(_("手机"), default=None, pattern=PHONE)
    email: OptionalMail = field(_("邮箱"), default=None, max_length=100)


class Post(AdminCommand):
    unit: int = field(_("单位"), widget="unit")
    role: Role = field(_("做哪一步"), widget="select", hint=WHAT_ROLES_DO)
    title: OptionalText = field(_("职务"), hint=_("例如：党支部书记"), default=None, max_length=TITLE)
    is_head: bool = field(_("是这个单位的负责人（超期会告诉他）"), widget="yes_no", default=False)


class UnitTerms(AdminCommand):
    name: Text = field(_("全称"), min_length=2, max_length=NAME)
    short_name: Text = field(_("简称"), min_length=1, max_length=SHORT_NAME)
    unit_class: UnitClass = field(_("类别"), widget="select", hint=_("比一比的时候，同类的和同类的比"))
    phone: OptionalPhone = field(_("办公电话"), hint=_("群众能看到"), default=None, pattern=PHONE)


class CategoryTerms(AdminCommand):
    name: Text = field(_("名称"), min_length=2, max_length=40)
    urgency: Urgency = field(_("时限类别"), widget="select")
    needs_review: bool = field(_("反馈要先审核"), widget="yes_no", default=True)
    follow_up_rule: FollowUpRule = field(_("回访"), widget="choice", default=FollowUpRule.if_unrated)
    prompts: OptionalText = field(
        _("给群众看的例子"), widget="words", hint=_("一行一个"), default=None, max_length=1000
    )


class WithKind(AdminCommand):
    kind: Kind = field(_("类别"), widget="choice")


# Links


class CreateLink(LinkTerms, InArea):
    verb: Literal["create_link"] = "create_link"


class ChangeLink(LinkTerms):
    verb: Literal["change_link"] = "change_link"


class RevokeLink(AdminCommand):
    verb: Literal["revoke_link"] = "revoke_link"
    fallback_unit: OptionalId = field(_("告诉群众改找谁"), widget="unit", hint=DESK_OTHERWISE, default=None)


# People


class AddPerson(Post, Contacts, LoginName):
    verb: Literal["add_person"] = "add_person"

    def details(self) -> dict[str, Any]:
        """Of somebody new: no number that was not given is told as one that was."""
        given = super().details().items()
        return {name: value for name, value in given if name not in self.secret or getattr(self, name) is not None}


class ChangePerson(Contacts):
    verb: Literal["change_person"] = "change_person"


class Appoint(Post):
    verb: Literal["appoint"] = "appoint"


class Dismiss(AdminCommand):
    verb: Literal["dismiss"] = "dismiss"


class ResetPassword(AdminCommand):
    verb: Literal["reset_password"] = "reset_password"


class DeactivatePerson(AdminCommand):
    verb: Literal["deactivate_person"] = "deactivate_person"


class ReactivatePerson(AdminCommand):
    verb: Literal["reactivate_person"] = "reactivate_person"


# Units and areas


class AddUnit(UnitTerms, InArea):
    verb: Literal["add_unit"] = "add_unit"


class ChangeUnit(UnitTerms):
    verb: Literal["change_unit"] = "change_unit"


class SetRobot(AdminCommand):
    verb: Literal["set_robot"] = "set_robot"
    secret = frozenset({"robot_url"})
    robot_url: OptionalText = field(
        _("群机器人的地址"),
        hint=_("在工作群里添加机器人，把它的 Webhook 地址粘到这里；留空就是不用"),
        default=None,
        max_length=500,
    )


class DeactivateUnit(AdminCommand):
    verb: Literal["deactivate_unit"] = "deactivate_unit"
    hands_back: bool = field(_("手里还没办完的交回受理台重新派单，没决定的申请失效"), widget="yes_no", default=False)


class ReactivateUnit(AdminCommand):
    verb: Literal["reactivate_unit"] = "reactivate_unit"


class AddArea(AdminCommand):
    verb: Literal["add_area"] = "add_area"
    name: Text = field(_("名称"), hint=_("例如：双喜村"), min_length=1, max_length=AREA_NAME)
    level: AreaLevel = field(_("哪一级"), widget="select")


class ChangeArea(AdminCommand):
    verb: Literal["change_area"] = "change_area"
    name: Text = field(_("名称"), min_length=1, max_length=AREA_NAME)
    desk_unit: OptionalId = field(
        _("受理台"), widget="unit", hint=_("这里的心愿先到哪个单位；不选就由上一级受理"), default=None
    )


# Categories and the catalogue


class AddCategory(CategoryTerms, WithKind):
    verb: Literal["add_category"] = "add_category"


class ChangeCategory(CategoryTerms):
    verb: Literal["change_category"] = "change_category"
    is_active: bool = field(_("在用"), widget="yes_no", default=True)


class AddCatalogueRow(AdminCommand):
    verb: Literal["add_catalogue_row"] = "add_catalogue_row"
    area: int = field(_("在哪里"), widget="area", hint=_("这个地方和它下面的都算；越近的越先"))
    unit: int = field(_("建议哪个单位"), widget="unit")


class RemoveCatalogueRow(AdminCommand):
    verb: Literal["remove_catalogue_row"] = "remove_catalogue_row"


# The calendar and the limits


class PublishYear(AdminCommand):
    verb: Literal["publish_year"] = "publish_year"
    year: int = field(_("哪一年"), widget="select", ge=2000, le=2200)
    source: Text = field(
        _("依据"), hint=_("例如：国务院办公厅关于 2027 年部分节假日安排的通知"), min_length=4, max_length=200
    )
    rows: OptionalText = field(
        _("或者直接粘贴"),
        widget="words",
        hint=_("一行一天：日期，类型（休息、工作日、上午、下午），名称。例如 2027-01-01,休息,元旦"),
        default=None,
        max_length=ROWS_LENGTH,
    )

    def details(self) -> dict[str, Any]:
        """Not the days themselves: the calendar shows them."""
        return {"source": self.source}


class SetLimit(AdminCommand):
    verb: Literal["set_limit"] = "set_limit"
    amount: Number = field(_("多久"), widget="number", ge=1)
    unit: TermUnit = field(_("单位"), widget="select")

    def details(self) -> dict[str, Any]:
        """Number and unit are one thing to a reader."""
        return {"term": {"amount": self.amount, "unit": str(self.unit)}}


class ResetLimit(AdminCommand):
    verb: Literal["reset_limit"] = "reset_limit"
