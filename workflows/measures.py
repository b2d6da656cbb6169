"""The catalogue of measures (指标口径): what each figure counts, over what, without what, by which day, from which n on.

The page of definitions, the board, the API, the sheets and the README are printed from these rows.
"""

from collections.abc import Callable
from dataclasses import dataclass

from workflows import formulas
from workflows.answer_days import MEDIAN, NINETY
from workflows.definitions import AnswerTime, Definition, Measure, Window
from workflows.formulas import Formula, conclusion_rate, satisfaction_rate
from workflows.tallies import Tally
from workflows.words import _

VALID = _("有效回访：诉求人评价过或在回访中答复过、且未经批准剔除的工单")
CONTACTED = _(
    "有效回访中，承办单位联系过诉求人的工单；诉求人没有说的看办理记录，没有记录的（例如导入的历史工单）算没有联系过"
)
RESOLVED = _("有效回访中，事情已经解决的工单；诉求人没有说的看办理结果，不是“已解决”的算没有解决")
SILENT = _("经批准剔除的、联系不上的、没有评价的；剔除前的数另列")
ENDED_OTHERWISE = _("不予受理、已撤回、已并单的")

MEASURES: tuple[Measure, ...] = (
    Measure(
        "conclusion_rate",
        _("办结率"),
        _("已办结、不予受理、已撤回，以及并入的主单已结束的工单"),
        _("征集到的全部心愿"),
        window=Window.creation,
        of=formulas.conclusion_rate,
        above=("concluded",),
        below=("collected",),
    ),
    Measure(
        "on_time_rate",
        _("按时率"),
        _("已办结、且在期限内答复诉求人的工单"),
        _("已办结的工单，加上还没办结但已超期的工单"),
        _("没到期的在办工单，以及不予受理、已撤回、已并单的"),
        of=formulas.on_time_rate,
        above=("closed_on_time",),
        below=("closed", "open_overdue"),
    ),
    Measure(
        "original_on_time_rate",
        _("按原期限按时率"),
        _("已办结、且在最早答应的期限内答复诉求人的工单，不管后来延没延"),
        _("已办结的工单，加上还没办结但已过最早期限的工单"),
        _("没到期的在办工单，以及不予受理、已撤回、已并单的"),
        of=formulas.original_on_time_rate,
        above=("closed_as_promised",),
        below=("closed", "open_past_original"),
    ),
    Measure(
        "response_rate",
        _("响应率"),
        CONTACTED,
        VALID,
        SILENT,
        of=formulas.response_rate,
        above=("contacted",),
        below=("valid",),
    ),
    Measure(
        "resolution_rate",
        _("解决率"),
        RESOLVED,
        VALID,
        SILENT,
        of=formulas.resolution_rate,
        above=("resolved",),
        below=("valid",),
    ),
    Measure(
        "satisfaction_rate",
        _("满意率"),
        _("满意的工单，加上基本满意的工单乘以 {basically}"),
        VALID,
        SILENT,
        of=formulas.satisfaction_rate,
        above=("satisfied", "basically_satisfied"),
        below=("valid",),
        adds_up=_("满意的 {satisfied} 件 + 基本满意的 {basically_satisfied} 件 × {basically} = {total}"),
    ),
    Measure(
        "composite",
        _("综合得分"),
        _("联系过的工单乘以 {response}、已解决的乘以 {resolution}、满意的乘以 {satisfaction}，三项相加"),
        VALID,
        SILENT,
        of=formulas.composite,
        above=("contacted", "resolved", "satisfied", "basically_satisfied"),
        below=("valid",),
        adds_up=_(
            "联系过的 {contacted} 件 × {response} + 已解决的 {resolved} 件 × {resolution}"
            " +（满意的 {satisfied} 件 + 基本满意的 {basically_satisfied} 件 × {basically}）× {satisfaction} = {total}"
        ),
    ),
    Measure(
        "return_rate",
        _("退单率"),
        _("派出去以后，准予退单至少一次的工单"),
        _("派给过承办单位的工单"),
        window=Window.creation,
        of=formulas.return_rate,
        above=("returned",),
        below=("dispatched",),
    ),
    Measure(
        "first_dispatch_right",
        _("一次派准率"),
        _("第一个单位签收、后来没有退单、改派、裁定给别的单位的工单"),
        _("派出去以后已经签收、或者已经换过单位的工单"),
        _("派出去还没签收的"),
        window=Window.creation,
        of=formulas.first_dispatch_right,
        above=("right_first",),
        below=("dispatch_settled",),
    ),
    Measure(
        "redo_rate",
        _("重办率"),
        _("答复以后又重办过的工单"),
        _("答复过诉求人的工单"),
        _("没有答复过的，以及并单的（跟着主单算）"),
        window=Window.creation,
        of=formulas.redo_rate,
        above=("redone",),
        below=("answered",),
    ),
    Measure(
        "backlog_rate",
        _("积压率"),
        _("征集超过 30 天还没结束的工单"),
        _("在办的工单"),
        window=Window.standing,
        of=formulas.backlog_rate,
        above=("backlog",),
        below=("open",),
    ),
    Measure(
        "promises_kept",
        _("承诺兑现率"),
        _("已兑现的工单；诉求人说没有兑现的不算"),
        _("最近一次承诺已经兑现或者已经失约的工单"),
        _("承诺的日子还没到的"),
        window=Window.standing,
        of=formulas.promises_kept,
        above=("promises_kept",),
        below=("promises_due",),
        pending="promises_open",
    ),
    Measure(
        "follow_up_coverage",
        _("回访覆盖率"),
        _("已办结、且诉求人评价过或在回访中答复过的工单，剔除的也算；联系不上的不算"),
        _("已办结的工单"),
        ENDED_OTHERWISE,
        of=formulas.follow_up_coverage,
        above=("heard",),
        below=("closed",),
    ),
)

COUNTED: tuple[Definition, ...] = (
    Definition(
        "collected", _("征集"), _("收到的全部心愿，包括并单、撤回和不予受理的"), window=Window.creation, floor=None
    ),
    Definition(
        "concluded",
        _("办结"),
        _("已办结、不予受理、已撤回，以及并入的主单已结束的工单"),
        window=Window.creation,
        floor=None,
    ),
    Definition(
        "open",
        _("在办"),
        _("还没有结束的，每一件都有责任单位和期限；并入主单的跟着主单算"),
        window=Window.standing,
        floor=None,
    ),
    Definition("backlog", _("积压"), _("征集超过 30 天还没结束的工单"), window=Window.standing, floor=None),
)
ANSWER_TIMES: tuple[AnswerTime, ...] = (
    AnswerTime(
        "answer_days_median",
        _("答复天数中位数"),
        _("一半的工单在这么多天内第一次答复诉求人；自然日，不满一天算一天"),
        _("答复过诉求人的工单"),
        _("没有答复过的，以及并单的（跟着主单算）"),
        Window.creation,
        part=MEDIAN,
    ),
    AnswerTime(
        "answer_days_ninety",
        _("答复天数九成位"),
        _("九成的工单在这么多天内第一次答复诉求人；自然日，不满一天算一天"),
        _("答复过诉求人的工单"),
        _("没有答复过的，以及并单的（跟着主单算）"),
        Window.creation,
        part=NINETY,
    ),
)
REPORT_IN = Definition(
    "report_in_on_time",
    _("按时报到率"),
    _("在报到时限内报到的被叫单位，一次吹哨里每个单位算一次"),
    _("已经报到、或者报到时限已过的被叫单位"),
    _("还没到报到时限的，以及没有批准的吹哨、裁定不用来的单位"),
    Window.standing,
)
DELIVERED = Definition(
    "claims_delivered",
    _("认领兑现率"),
    _("已经兑现的认领；一件心愿可以有几个认领"),
    _("已经兑现、失约或者退出的认领"),
    _("还在办的认领"),
    Window.standing,
)
ELSEWHERE: tuple[Definition, ...] = (REPORT_IN, DELIVERED)
"""What is counted by the slices that it belongs to, and handed over to the figures."""

CATALOGUE: tuple[Definition, ...] = (
    *COUNTED,
    *MEASURES,
    *ANSWER_TIMES,
    *ELSEWHERE,
)
BY_KEY: dict[str, Definition] = {row.key: row for row in CATALOGUE}


@dataclass(frozen=True, slots=True)
class Headline:
    """One of the four figures at the head of the supervisors' page: a count, a rate, or a count with its rate."""

    key: str
    words: str
    explained: str
    count: Callable[[Tally], int] | None = None
    rate: Formula | None = None


OPEN_ONES = _("还没有结束的，每一件都有责任单位和期限；并入主单的跟着主单算，工作台里只列主单")

HEADLINE: tuple[Headline, ...] = (
    Headline("collected", _("征集"), _("收到的全部心愿，包括并单、撤回和不予受理的"), lambda tally: tally.collected),
    Headline("concluded", _("办结"), _("征集的心愿中已经结束的"), lambda tally: tally.concluded, conclusion_rate),
    Headline("open", _("在办"), OPEN_ONES, lambda tally: tally.open),
    Headline(
        "satisfaction", _("满意率"), _("诉求人最后一次的评价，联系不上和没有评价的不算在内"), None, satisfaction_rate
    ),
)
"""征集 = 办结 + 在办, whatever the tickets."""
