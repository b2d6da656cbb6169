"""What the API's documentation shows: one wish from the village road to its answer, as each reader is told of it."""

from typing import Any

TOKEN = "AAAAAHvvJ1cVn5QxM2Zl0w"

WISH: dict[str, Any] = {
    "kind": "trouble",
    "text": "三组的路灯坏了两盏，晚上老人不敢出门。",
    "category": "power",
    "place": "三组晒坝旁边",
    "name": "李大姐",
    "phone": "19900001234",
}
FILES: dict[str, Any] = {"photos": ["AAAAAB3TmVrYc1pNqS8kWQ"], "voice": "AAAAABPz4dYx0aLr7uJmTg", "seconds": 24}
SPOKEN: dict[str, Any] = {
    "category": "power",
    "position": "32.310000,108.900000 WGS-84 ±20 m",
    "photos": FILES["photos"],
    "voice": FILES["voice"],
}
RECEIPT: dict[str, Any] = {
    "number": "2026-000123",
    "code": "482915",
    "tracking_token": TOKEN,
    "tracking_url": f"https://wish.example.com/t/{TOKEN}",
    "due_at": "2026-10-12T08:00:00Z",
}
PUBLIC_WISH: dict[str, Any] = {
    "number": "2026-000123",
    "version": 6,
    "status": "follow_up",
    "stage": 5,
    "headline": "县交通运输局答复了，请您看看满不满意",
    "text": "三组的路灯坏了两盏，晚上老人不敢出门。",
    "photos": [f"https://wish.example.com/t/{TOKEN}/photos/41"],
    "voice": f"https://wish.example.com/t/{TOKEN}/voice",
    "area": "清溪镇双喜村",
    "unit": "县交通运输局",
    "due_at": "2026-10-19T10:00:00Z",
    "answer": "两盏路灯都换了新的，今晚起亮。",
    "answer_photos": [f"https://wish.example.com/t/{TOKEN}/photos/57"],
    "outcome": "resolved",
    "promised_for": None,
    "referred_to": None,
    "commands": ["supplement", "expedite", "rate", "reopen"],
    "timeline": [
        {"at": "2026-10-12T02:00:00Z", "verb": "submit", "label": "您提交了心愿", "words": ""},
        {"at": "2026-10-12T03:00:00Z", "verb": "assign", "label": "交给县交通运输局办理", "words": ""},
        {
            "at": "2026-10-14T07:30:00Z",
            "verb": "reply",
            "label": "县交通运输局答复您",
            "words": "两盏路灯都换了新的，今晚起亮。",
        },
    ],
}
SUMMARY: dict[str, Any] = {
    "number": "2026-000123",
    "version": 2,
    "created_at": "2026-10-12T02:00:00Z",
    "source": "link",
    "kind": "trouble",
    "category": "power",
    "area": "清溪镇双喜村",
    "text": "三组的路灯坏了两盏，晚上老人不敢出门。",
    "status": "assigned",
    "stage": 2,
    "round": 1,
    "urgency": "ordinary",
    "unit_id": 5,
    "unit": "县交通运输局",
    "lead_unit": "县交通运输局",
    "due_at": "2026-10-19T10:00:00Z",
    "is_provisional": False,
    "is_overdue": False,
    "satisfaction": None,
    "closed_at": None,
}
TICKETS: dict[str, Any] = {"tickets": [SUMMARY], "cursor": "122"}
DETAIL: dict[str, Any] = SUMMARY | {
    "wish": "三组的路灯坏了两盏，晚上老人不敢出门。",
    "name": "李**",
    "phone": "199****1234",
    "place": "三组晒坝旁边",
    "meeting": None,
    "outcome": None,
    "promised_for": None,
    "original_due_at": "2026-10-19T10:00:00Z",
    "commands": ["acknowledge", "contact", "note"],
    "events": [
        {
            "number": 2,
            "at": "2026-10-12T03:00:00Z",
            "verb": "assign",
            "role": "dispatcher",
            "person_id": 12,
            "unit": "清溪镇受理台",
            "rule": None,
            "round": 1,
            "status_from": "submitted",
            "status_to": "assigned",
            "details": {"unit": 5, "category": "power", "note": "请先到现场看看。"},
            "hash": "9f2c41d07be3a85516ce0d94ab37f2681c5fd0e79b4a6d3821f07ce95ab416d3",
        }
    ],
}
DONE: dict[str, Any] = {
    "number": "2026-000123",
    "version": 3,
    "status_from": "assigned",
    "status_to": "in_progress",
    "due_at": "2026-10-19T10:00:00Z",
    "is_repeat": False,
}
