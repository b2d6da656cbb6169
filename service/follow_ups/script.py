"""What the officer says and asks, in order and in plain words; each question stands above the field of its answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from workflows.words import _


@dataclass(frozen=True)
class Line:
    """`fields` of the FollowUp command are filled in after this is said; `hint` is for the officer's eyes."""

    say: str
    fields: tuple[str, ...] = ()
    hint: str = ""


OPENING: tuple[Line, ...] = (
    Line(
        _("您好，我是{unit}的回访员。您 {day} 说的这件事，{lead}说已经答复了。我想听听您的看法，只要两分钟，方便吗？"),
        ("result", "way", "call_back_at"),
        _("不方便的，约一个时间再打。问话前先核对：是不是本人，说的是不是这件事。"),
    ),
)

QUESTIONS: tuple[Line, ...] = (
    Line(_("{lead}的人联系过您吗？打过电话、上过门都算。"), ("was_contacted",)),
    Line(_("这件事解决了吗？"), ("is_resolved",), _("“答应了还没办”算没解决。")),
    Line(_("总的来说，您满意、基本满意，还是不满意？"), ("satisfaction",), _("三个都念出来，不替诉求人选。")),
    Line(_("他们的态度怎么样：好、一般，还是差？"), ("attitude",)),
    Line(_("办得快不快：好、一般，还是差？"), ("speed",)),
    Line(_("哪里办得好，哪里还不好？"), ("words",), _("不满意、没解决的一定要问清楚是哪里，照原话记。")),
    Line(_("家里还有别的难处吗？"), ("done_on_the_spot", "new_need")),
)

CLOSING: tuple[Line, ...] = (
    Line(_("谢谢您。要是又坏了、没解决，办结后 {reopen} 内还可以要求重新办，在您的查询页面上点一下就行。")),
    Line(
        "",
        ("is_groundless", "explained"),
        _("只在不满意确实没有道理时才勾：先解释清楚，写下怎么解释的。不再重办，但统计里仍然算不满意。"),
    ),
)

PARTS: tuple[tuple[str, Sequence[Line]], ...] = (
    (_("先说"), OPENING),
    (_("接通了就照着问"), QUESTIONS),
    (_("最后"), CLOSING),
)
