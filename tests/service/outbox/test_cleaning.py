"""Which messages are forgotten, and which wait for somebody."""

from datetime import timedelta

from sqlmodel import select

from service.database import Database
from service.outbox.cleaning import READ_KEPT, SENT_KEPT, forget_old_deliveries
from service.outbox.models import Delivery, DeliveryState
from tests.factories import NOW, County, add, submit_wish

LONG_AGO = NOW - max(READ_KEPT, SENT_KEPT) - timedelta(days=1)
SENT, GIVEN_UP = DeliveryState.sent, DeliveryState.given_up


def test_what_was_read_or_sent_long_ago_is_forgotten(database: Database, county: County) -> None:
    rows = {
        "read long ago": ("inbox", SENT, LONG_AGO, LONG_AGO),
        "read now": ("inbox", SENT, LONG_AGO, NOW),
        "never read": ("inbox", SENT, LONG_AGO, None),
        "sent long ago": ("wecom", SENT, LONG_AGO, None),
        "sent now": ("wecom", SENT, NOW, None),
        "given up": ("wecom", GIVEN_UP, None, None),
    }
    with database.writing() as session:
        ticket = submit_wish(session, county)
        for key, (channel, state, sent_at, read_at) in rows.items():
            common = {"event_id": 1, "ticket_id": ticket, "verb": "submit", "audience": "holder"}
            words = {"subject": "", "body": "", "created_at": LONG_AGO, "next_attempt_at": LONG_AGO}
            row = Delivery(key=key, channel=channel, state=state, sent_at=sent_at, read_at=read_at, **common, **words)
            add(session, row)
        assert forget_old_deliveries(session, NOW) == 2
        kept = session.exec(select(Delivery.key)).all()
    assert set(kept) == {"read now", "never read", "sent now", "given up"}
