"""Short messages to a villager's telephone, by 阿里云短信: one sentence and the key of her page, nothing of her wish.

Sending is not idempotent there, so whoever tries again asks first whether the last try arrived.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from notifications.channels import aliyun
from notifications.channels.accounts import SmsAccount
from notifications.channels.aliyun import Answer
from notifications.channels.base import Addressee, DeliveryFailed, Outgoing, Pace, Tools
from notifications.messages import key_of, shortened
from workflows.words import _

MOBILE = re.compile(r"1[3-9][0-9]{9}")
SAID_LENGTH = 35
"""Characters that one variable of a template may have."""
PACE = Pace(messages=1, window=timedelta(minutes=1))
TAKEN = "OK"
FAILED = 2
DAYS_LOOKED_BACK = 3
THERE = ZoneInfo("Asia/Shanghai")
"""The platform counts days by the clock there."""


class Refusal(NamedTuple):
    reason: str
    permanent: bool = False
    retry_after: timedelta | None = None


LIMITED = "isv.BUSINESS_LIMIT_CONTROL"
# Codes of the platform; any other code is tried again until the back-off ends.
REFUSALS: dict[str, Refusal] = {
    "isv.MOBILE_NUMBER_ILLEGAL": Refusal(_("手机号不对"), permanent=True),
    "isv.INVALID_PARAMETERS": Refusal(_("短信内容不合要求"), permanent=True),
    "isv.TEMPLATE_MISSING_PARAMETERS": Refusal(_("短信内容不合要求"), permanent=True),
    "isv.PARAM_LENGTH_LIMIT": Refusal(_("短信内容不合要求"), permanent=True),
    "isv.SMS_TEMPLATE_ILLEGAL": Refusal(_("短信模板不能用"), permanent=True),
    "isv.SMS_SIGNATURE_ILLEGAL": Refusal(_("短信签名不能用"), permanent=True),
    "isv.BLACK_KEY_CONTROL_LIMIT": Refusal(_("短信内容不合要求"), permanent=True),
    "isv.OUT_OF_SERVICE": Refusal(_("短信平台欠费或停用"), retry_after=timedelta(hours=1)),
    "isv.AMOUNT_NOT_ENOUGH": Refusal(_("短信平台欠费或停用"), retry_after=timedelta(hours=1)),
    "SignatureDoesNotMatch": Refusal(_("短信平台不认我们的签名"), retry_after=timedelta(hours=1)),
}
# One number may get one message a minute, five an hour, ten a day; the answer says which was reached.
LIMITS = (
    ("天", timedelta(hours=24)),
    ("小时", timedelta(hours=1)),
    ("", timedelta(minutes=1)),
)


@dataclass(frozen=True)
class Sms:
    addressee: Addressee = Addressee.villager
    rings: bool = True
    pace: Pace | None = PACE

    def send(self, delivery: Outgoing, tools: Tools) -> None:
        if tools.sms is None:
            raise DeliveryFailed(_("还没有设置短信平台"), permanent=True)
        if not MOBILE.fullmatch(delivery.address):
            raise DeliveryFailed(_("手机号不对"), permanent=True)
        if delivery.is_retry and has_arrived(delivery, tools):
            return
        read_answer(aliyun.ask(tools.http, tools.sms, "SendSms", message(delivery, tools.sms)))


def message(delivery: Outgoing, account: SmsAccount) -> dict[str, str]:
    said = {"said": shortened(delivery.subject, SAID_LENGTH), "token": key_of(delivery.body)}
    return {
        "PhoneNumbers": delivery.address,
        "SignName": account.sign,
        "TemplateCode": account.template,
        "TemplateParam": json.dumps(said, ensure_ascii=False),
        "OutId": delivery.key,
    }


def has_arrived(delivery: Outgoing, tools: Tools) -> bool:
    """What was sent to this number on these days under our key, and did not fail on its way."""
    assert tools.sms is not None
    today = datetime.now(UTC).astimezone(THERE).date()
    for back in range(DAYS_LOOKED_BACK):
        day = today - timedelta(days=back)
        asked = {"PhoneNumber": delivery.address, "SendDate": f"{day:%Y%m%d}", "PageSize": "50", "CurrentPage": "1"}
        answer = aliyun.ask(tools.http, tools.sms, "QuerySendDetails", asked)
        read_answer(answer)
        if _names(answer, delivery.key):
            return True
    return False


def _names(answer: Answer, key: str) -> bool:
    listed = answer.get("SmsSendDetailDTOs")
    rows = listed.get("SmsSendDetailDTO") if isinstance(listed, dict) else None
    sent = [row for row in rows or [] if isinstance(row, dict)] if isinstance(rows, list) else []
    return any(row.get("OutId") == key and row.get("SendStatus") != FAILED for row in sent)


def read_answer(answer: Answer) -> None:
    code = str(answer["Code"])
    if code == TAKEN:
        return
    if code == LIMITED:
        said = str(answer.get("Message", ""))
        wait = next(span for word, span in LIMITS if word in said)
        raise DeliveryFailed(_("发给这个号码的短信太多了") + f"（{code}）", retry_after=wait, is_its_own=True)
    refusal = REFUSALS.get(code, Refusal(_("短信平台拒收")))
    raise DeliveryFailed(f"{refusal.reason}（{code}）", permanent=refusal.permanent, retry_after=refusal.retry_after)
