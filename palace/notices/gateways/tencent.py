"""Tencent Cloud SMS (2021-01-11) through its own library: one request per message, our number in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from time import time

from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.sms.v20210111.models import (
    PullSmsSendStatusByPhoneNumberRequest,
    SendSmsRequest,
    SmsPackagesStatisticsRequest,
)
from tencentcloud.sms.v20210111.sms_client import SmsClient

from palace.clock import SHANGHAI
from palace.config import Settings
from palace.notices.gateways import Found, Message, Result, in_parallel, lost
from palace.notices.rules import Outcome

NAME = "tencent"
ENDPOINT = "sms.tencentcloudapi.com"
REGION = "ap-guangzhou"
OK = "Ok"
COUNTRY = "+86"
UNREACHED = "ClientNetworkError"
UNREAD = {"ServerNetworkError", "KeyError", "JSONDecodeError", "ValueError"}
"""What the library calls a request that brought no answer, and one that brought none to be read."""
OLDEST_PACKAGE = timedelta(days=3 * 365)
MOST_PACKAGES, MOST_STATUSES = 500, 100
BEFORE, AFTER = timedelta(minutes=5), timedelta(hours=6)
EMPTY = dict.fromkeys(
    [
        "FailedOperation.InsufficientBalanceInSmsPackage",
        "UnauthorizedOperation.ServiceSuspendDueToArrears",
    ],
    Outcome.EMPTY,
)
UNTEMPLATED = dict.fromkeys(
    [
        "FailedOperation.TemplateIncorrectOrUnapproved",
        "FailedOperation.TemplateUnapprovedOrNotExist",
        "FailedOperation.TemplateIdNotExist",
        "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
        "FailedOperation.SignatureIncorrectOrUnapproved",
    ],
    Outcome.UNTEMPLATED,
)
REFUSED = dict.fromkeys(
    [
        "FailedOperation.PhoneNumberInBlacklist",
        "FailedOperation.PhoneNumberParseFail",
        "FailedOperation.ContainSensitiveWord",
        "InvalidParameterValue.IncorrectPhoneNumber",
        "InvalidParameterValue.TemplateParameterLengthLimit",
        "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter",
    ],
    Outcome.REFUSED,
)
FAMILIES = {
    "LimitExceeded": Outcome.THROTTLED,
    "RequestLimitExceeded": Outcome.THROTTLED,
    "InternalError": Outcome.UNCERTAIN,
}
"""What stands before the point, where the whole code is not known."""


class Tencent:
    """The provider, as one palace's account and application."""

    name = NAME

    def __init__(self, settings: Settings) -> None:
        scheme, endpoint = settings.sms_address or ("https", ENDPOINT)
        self.signature, self.application = settings.sms_signature, settings.sms_application
        profile = HttpProfile(
            protocol=scheme, endpoint=endpoint, reqTimeout=settings.message_seconds
        )
        self.client = SmsClient(
            Credential(settings.sms_key_id, settings.sms_key_secret),
            REGION,
            ClientProfile(httpProfile=profile),
        )

    def send(self, batch: Sequence[Message]) -> Iterator[Result]:
        """Send each message once."""
        return in_parallel(batch, self._send)

    def _send(self, message: Message) -> Result:
        asked = SendSmsRequest()
        asked.PhoneNumberSet = [COUNTRY + message.address]
        asked.SmsSdkAppId = self.application
        asked.SignName = self.signature
        asked.TemplateId = message.template
        asked.TemplateParamSet = [said for _, said in message.variables]
        asked.SessionContext = message.out_id
        try:
            (told,) = self.client.SendSms(asked).SendStatusSet
        except TencentCloudSDKException as error:
            return Result(message.id, _failure(error), error=error.code or "")
        refused = "" if told.Code == OK else told.Code or "–"
        return Result(message.id, _outcome(told.Code or ""), told.SerialNo or "", refused)

    def ask(self, message: Message, tried_at: datetime) -> Found:
        """Look for our number among the receipts of the phone.

        A receipt comes from the carrier, and carries our number only where Tencent has opened that for
        the account, so a missing one proves nothing.
        """
        asked = PullSmsSendStatusByPhoneNumberRequest()
        asked.SmsSdkAppId = self.application
        asked.PhoneNumber = COUNTRY + message.address
        asked.BeginTime = int((tried_at - BEFORE).timestamp())
        asked.EndTime = int((tried_at + AFTER).timestamp())
        asked.Offset, asked.Limit = 0, MOST_STATUSES
        try:
            told = self.client.PullSmsSendStatusByPhoneNumber(asked).PullSmsSendStatusSet or []
        except TencentCloudSDKException:
            return Found.UNKNOWN
        ours = any(one.SessionContext == message.out_id for one in told)
        return Found.TAKEN if ours else Found.UNKNOWN

    def left(self) -> int | None:
        """Return what is left in the packages that have not run out."""
        now = time()
        here = datetime.fromtimestamp(now, UTC).astimezone(SHANGHAI)
        asked = SmsPackagesStatisticsRequest()
        asked.SmsSdkAppId = self.application
        asked.Limit, asked.Offset = MOST_PACKAGES, 0
        asked.BeginTime = (here - OLDEST_PACKAGE).strftime("%Y%m%d%H")
        asked.EndTime = here.strftime("%Y%m%d%H")
        try:
            packages = self.client.SmsPackagesStatistics(asked).SmsPackagesStatisticsSet or []
        except TencentCloudSDKException:
            return None
        usable = [
            one for one in packages if one.PackageEffectiveTime <= now < one.PackageExpiredTime
        ]
        return int(sum(one.PackageAmount - one.CurrentUsage for one in usable))


def _outcome(code: str) -> Outcome:
    """Return what a code means; an unknown one is a no that may be a yes the next time, none is no answer."""
    if not code:
        return Outcome.UNCERTAIN
    known = {OK: Outcome.SENT, **EMPTY, **UNTEMPLATED, **REFUSED}
    return known.get(code) or FAMILIES.get(code.partition(".")[0], Outcome.FAILED)


def _failure(error: TencentCloudSDKException) -> Outcome:
    """Return what became of a request without an answer for its one message: a code, or no network."""
    code = error.code or ""
    if code == UNREACHED:
        return lost(str(error.message))
    return Outcome.UNCERTAIN if code in UNREAD else _outcome(code)


def gateway(settings: Settings) -> Tencent:
    """Return the gateway of the settings' account."""
    return Tencent(settings)
