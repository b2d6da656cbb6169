"""What the API's documentation shows in each body: one example for every verb."""

from typing import Any

from fastapi.openapi.models import Example

from workflows.commands import VERB_WORDS

# fmt: off
SAID: dict[str, dict[str, Any]] = {
    "submit":          {"text": "三组的路灯坏了两盏，晚上老人不敢出门。", "area": 17, "category": "power", "source": "courtyard_meeting", "meeting": "8 月 12 日院落会", "name": "李大姐", "phone": "19900001234"},
    "supplement":      {"text": "靠近晒坝的那盏也不亮了。"},
    "withdraw":        {"reason": "已经自己修好了。"},
    "decline":         {"ground": "court_or_petition", "words": "这件事法院已经立案，请向法院了解进展。"},
    "assign":          {"unit": 5, "category": "power", "urgency": "ordinary", "supporting": [8], "note": "请先到现场看看。"},
    "reassign":        {"unit": 6, "reason": "那段路归公路局管。"},
    "acknowledge":     {},
    "contact":         {"way": "phone", "is_reached": True, "words": "约好明天上午到现场。"},
    "verify":          {"words": "两盏灯的线路都断了。"},
    "report_progress": {"words": "灯已经买好，后天装。", "is_public": True},
    "inquire":         {"words": "坏的是哪几盏，灯杆上写着几号？"},
    "lapse_inquiry":   {},
    "reply":           {"outcome": "resolved", "words": "两盏路灯都换了新的，今晚起亮。"},
    "approve_reply":   {"note": "已经打电话核实。"},
    "send_back":       {"reason": "请写清楚哪天修好。"},
    "rate":            {"satisfaction": "satisfied", "is_resolved": True, "words": "修得快，谢谢。"},
    "follow_up":       {"result": "answered", "was_contacted": True, "is_resolved": True, "satisfaction": "satisfied"},
    "reopen":          {"reason": "昨晚又不亮了。"},
    "close":           {"reason": "三次都没有联系上。"},
    "merge":           {"into": "2026-000123", "reason": "说的是同一盏灯。"},
    "unmerge":         {"reason": "说的是另一盏灯。"},
    "split":           {"parts": ["三组的路灯坏了。", "晒坝边的水沟堵了。"]},
    "expedite":        {"note": "天黑得早了，请快一点。"},
    "supervise":       {"note": "三天内报办理情况。"},
    "answer_supervision": {"words": "材料已到，周五前换好，办好当天报结果。"},
    "warn":            {"note": "超期两次"},
    "mark_claimable":  {"words": "村里文化室想要一百本农技书。", "is_agreed": True, "consent": "8 月 12 日打电话问过，本人愿意"},
    "unmark_claimable": {"reason": "书已经够了。"},
    "publish":         {"words": "村里的路灯坏了两盏，晚上老人不敢出门。"},
    "take_down":       {"reason": "诉求人改了主意。"},
    "note":            {"words": "同一条线路去年也坏过。"},
    "mark_overdue":    {},
    "recalculate_due": {"reason": "放假安排公布了。"},
    "request_return":  {"unit": 12, "reason": "灯杆归供电所管，见三定方案第五条。"},
    "request_extension": {"until": "2026-11-20", "reason": "灯杆要从外地调来，下周才到。"},
    "request_deferral": {"until": "2026-12-18", "reason": "要等铁路完工以后改线。", "evidence": "铁路项目部 10 月 8 日的函"},
    "request_exclusion": {"evidence": "同一人一天里就同一盏灯报了三次，另两件是 2026-000123 和 2026-000124"},
    "request_consultation": {"units": [12, 15], "reason": "这段路两家都说不归自己管。"},
    "grant":           {"ask": "extension", "until": "2026-11-18", "note": "同意，尽量提前。"},
    "refuse":          {"ask": "extension", "note": "材料本地就有。"},
    "rule":            {"unit": 12, "supporting": [15], "words": "会商议定由公路局主办，乡镇配合清障。"},
    "resume":          {"note": "铁路提前完工了。"},
    "review_deferral": {"until": "2027-02-26", "reason": "铁路还没有完工。"},
    "press_decision":  {"note": "决定时限已到。"},
    "report_undecided": {"note": "久未决定。"},
    "keep_promise":    {"words": "一百株苗子已经送到家里。"},
    "remind_promise":  {"note": "承诺快到期了。"},
    "break_promise":   {},
    "confirm_promise": {"is_kept": True, "words": "苗子很好。"},
    "return_to_desk":  {"reason": "单位撤销了。"},
}
# fmt: on


def _example(verb: str) -> Example:
    return Example(summary=VERB_WORDS[verb], value={"verb": verb, **SAID[verb]})


BY_THE_CLOCK = {
    *("warn", "mark_overdue", "recalculate_due", "press_decision", "report_undecided", "lapse_inquiry"),
    *("remind_promise", "break_promise", "return_to_desk"),
}
EXAMPLES = {verb: _example(verb) for verb in SAID if verb not in {"submit", *BY_THE_CLOCK}}
"""What officials do with a ticket; the clock alone says the others."""

THEIRS = {verb: _example(verb) for verb in ("supplement", "withdraw", "expedite", "rate", "reopen", "confirm_promise")}
SUBMITTED = {"submit": _example("submit")}
