"""Alibaba Cloud SMS (Dysms 2017-05-25) through its own library: one request per message, our number in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime

from alibabacloud_dysmsapi20170525.client import Client
from alibabacloud_dysmsapi20170525.models import QuerySendDetailsRequest, SendSmsRequest
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
from alibabacloud_tea_openapi.utils_models import Config
from darabonba.runtime import RuntimeOptions
from Tea.exceptions import TeaException

from palace.clock import SHANGHAI
from palace.config import Settings
from palace.notices.gateways import Found, Message, Result, in_parallel, lost
from palace.notices.rules import LOST_AFTER, Outcome

NAME = "aliyun"
ENDPOINT = "dysmsapi.aliyuncs.com"
OK = "OK"
PAGE, MOST_PAGES = 50, 20
ONCE = RuntimeOptions(autoretry=False, max_attempts=1)
OUTCOMES = {
    "isv.BUSINESS_LIMIT_CONTROL": Outcome.THROTTLED,
    "isv.DAY_LIMIT_CONTROL": Outcome.THROTTLED,
    "Throttling": Outcome.THROTTLED,
    "Throttling.User": Outcome.THROTTLED,
    "isv.AMOUNT_NOT_ENOUGH": Outcome.EMPTY,
    "isv.OUT_OF_SERVICE": Outcome.EMPTY,
    "isv.MONTH_LIMIT_CONTROL": Outcome.EMPTY,
    "isv.SMS_TEMPLATE_ILLEGAL": Outcome.UNTEMPLATED,
    "isv.SMS_SIGNATURE_ILLEGAL": Outcome.UNTEMPLATED,
    "isv.SMS_SIGN_ILLEGAL": Outcome.UNTEMPLATED,
    "isv.TEMPLATE_MISSING_PARAMETERS": Outcome.UNTEMPLATED,
    "isv.TEMPLATE_PARAMS_ILLEGAL": Outcome.UNTEMPLATED,
    "isv.MOBILE_NUMBER_ILLEGAL": Outcome.REFUSED,
    "isv.BLACK_KEY_CONTROL_LIMIT": Outcome.REFUSED,
    "isv.PARAM_LENGTH_LIMIT": Outcome.REFUSED,
    "isv.PARAM_NOT_SUPPORT_URL": Outcome.REFUSED,
    "isp.SYSTEM_ERROR": Outcome.UNCERTAIN,
    "isp.GATEWAY_ERROR": Outcome.UNCERTAIN,
    "InternalError": Outcome.UNCERTAIN,
    "ServiceUnavailable": Outcome.UNCERTAIN,
}
"""What a code means; another one is a no that may be a yes the next time."""
CODELESS = {None, "", "None"}
"""What the library makes of an answer that has no code."""
BROKE = 500
"""From this status on the provider itself failed."""


class Aliyun:
    """The provider, as one palace's account."""

    name = NAME

    def __init__(self, settings: Settings) -> None:
        scheme, endpoint = settings.sms_address or ("https", ENDPOINT)
        wait = settings.message_seconds * 1000
        self.signature = settings.sms_signature
        self.client = Client(
            Config(
                access_key_id=settings.sms_key_id,
                access_key_secret=settings.sms_key_secret,
                protocol=scheme,
                endpoint=endpoint,
                connect_timeout=wait,
                read_timeout=wait,
            )
        )

    def send(self, batch: Sequence[Message]) -> Iterator[Result]:
        """Send each message once."""
        return in_parallel(batch, self._send)

    def _send(self, message: Message) -> Result:
        asked = SendSmsRequest(
            phone_numbers=message.address,
            sign_name=self.signature,
            template_code=message.template,
            template_param=json.dumps(dict(message.variables), ensure_ascii=False),
            out_id=message.out_id,
        )
        try:
            told = self.client.send_sms_with_options(asked, ONCE).body
        except AlibabaCloudException as error:
            outcome = _outcome(error.code, error.status_code or BROKE)
            return Result(message.id, outcome, error=error.code or "")
        except TeaException as error:
            return Result(message.id, lost(str(error)), error=type(error).__name__)
        return Result(message.id, _outcome(told.code), told.biz_id or "", _unless_ok(told.code))

    def ask(self, message: Message, tried_at: datetime) -> Found:
        """Look through the number's messages of that day for ours; told everything, not there is absent.

        A try shortly before midnight may stand under the next day.
        """
        found = Found.ABSENT
        for day in sorted({_day(tried_at), _day(tried_at + LOST_AFTER)}):
            of_day = self._find(message, day)
            if of_day is Found.TAKEN:
                return of_day
            found = of_day if of_day is Found.UNKNOWN else found
        return found

    def _find(self, message: Message, day: str) -> Found:
        for page in range(1, MOST_PAGES + 1):
            asked = QuerySendDetailsRequest(
                phone_number=message.address, send_date=day, page_size=PAGE, current_page=page
            )
            try:
                told = self.client.query_send_details_with_options(asked, ONCE).body
            except TeaException:
                return Found.UNKNOWN
            if told.code != OK or told.sms_send_detail_dtos is None:
                return Found.UNKNOWN
            found = told.sms_send_detail_dtos.sms_send_detail_dto or []
            if any(one.out_id == message.out_id for one in found):
                return Found.TAKEN
            if page * PAGE >= int(told.total_count or 0):
                return Found.ABSENT
        return Found.UNKNOWN

    def left(self) -> int | None:
        """Return that no balance is told: an empty account is known by what it refuses."""
        return None


def _day(instant: datetime) -> str:
    return instant.astimezone(SHANGHAI).strftime("%Y%m%d")


def _outcome(code: str | None, status: int = 0) -> Outcome:
    """Return what a code means; without one, and where the provider broke, it may have been taken."""
    if code == OK:
        return Outcome.SENT
    unknown = code in CODELESS or status >= BROKE
    return OUTCOMES.get(code or "", Outcome.UNCERTAIN if unknown else Outcome.FAILED)


def _unless_ok(code: str | None) -> str:
    return "" if code == OK else code or "–"


def gateway(settings: Settings) -> Aliyun:
    """Return the gateway of the settings' account."""
    return Aliyun(settings)
