"""Tencent Cloud's own library against a stand-in: what goes over the line, and what each answer means.

No message was ever sent to the provider itself.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from palace.config import Settings
from palace.notices.gateways import Found, Message, load
from palace.notices.rules import Outcome
from tests.notices.stand_in import StandIn, http_provider

AT = datetime(2026, 11, 27, 4, tzinfo=UTC)


@pytest.fixture
def provider() -> Iterator[StandIn]:
    """Run a stand-in."""
    with http_provider() as told:
        yield told


def gateway(provider: StandIn) -> Any:
    """Return the gateway over the real library, its address ours."""
    return load(
        "tencent",
        Settings(
            demo=True,
            sms_gateway="tencent",
            sms_key_id="our-id",
            sms_key_secret="our-secret",  # noqa: S106 - ours
            sms_signature="文化宫",
            sms_application="1400006666",
            sms_endpoint=provider.url,
            message_seconds=1,
        ),
    )


MESSAGE = Message(
    id=1,
    out_id="1-1-1790000000",
    address="13900000001",
    text="《打金枝》，2张票已出。",
    template="1110",
    variables=(("title", "《打金枝》"), ("count", "2")),
)


def status(code: str) -> tuple[int, dict[str, Any]]:
    """Return an answer of SendSms for its one number."""
    one = {
        "SerialNo": "5000:1",
        "PhoneNumber": "+8613900000001",
        "Fee": 1,
        "SessionContext": "1-1-1790000000",
        "Code": code,
        "Message": "x",
        "IsoCode": "CN",
    }
    return 200, {"Response": {"SendStatusSet": [one], "RequestId": "R"}}


def error(code: str) -> tuple[int, dict[str, Any]]:
    """Return an error of the whole interface."""
    return 200, {"Response": {"Error": {"Code": code, "Message": "x"}, "RequestId": "R"}}


def test_one_request_per_message_signed_with_our_number_in_it(provider: StandIn) -> None:
    provider.answer = lambda _: status("Ok")

    (result,) = gateway(provider).send([MESSAGE])

    assert (result.outcome, result.reference, result.error) == (Outcome.SENT, "5000:1", "")
    (asked,) = provider.asked
    assert asked.headers["x-tc-action"] == "SendSms"
    assert asked.headers["x-tc-version"] == "2021-01-11"
    assert asked.json == {
        "PhoneNumberSet": ["+8613900000001"],
        "SmsSdkAppId": "1400006666",
        "SignName": "文化宫",
        "TemplateId": "1110",
        "TemplateParamSet": ["《打金枝》", "2"],
        "SessionContext": "1-1-1790000000",
    }
    assert re.fullmatch(
        r"TC3-HMAC-SHA256 Credential=our-id/\d{4}-\d\d-\d\d/sms/tc3_request,"
        r" ?SignedHeaders=[a-z0-9;-]+, ?Signature=[0-9a-f]{64}",
        asked.headers["authorization"],
    )
    assert "our-secret" not in str(asked)


CODES = [
    ("LimitExceeded.PhoneNumberThirtySecondLimit", Outcome.THROTTLED),
    ("FailedOperation.InsufficientBalanceInSmsPackage", Outcome.EMPTY),
    ("FailedOperation.TemplateIncorrectOrUnapproved", Outcome.UNTEMPLATED),
    ("InvalidParameterValue.IncorrectPhoneNumber", Outcome.REFUSED),
    ("InternalError.Timeout", Outcome.UNCERTAIN),
    ("FailedOperation.SomethingNew", Outcome.FAILED),
]


@pytest.mark.parametrize(
    "answer",
    [
        (504, "upstream connect timeout"),
        (200, {}),
        (200, {"Response": {}}),
        (200, {"Response": {"SendStatusSet": [{"Message": "x"}], "RequestId": "R"}}),
    ],
)
def test_an_answer_that_says_nothing_of_the_message_is_none(provider: StandIn, answer: Any) -> None:
    provider.answer = lambda _: answer

    (result,) = gateway(provider).send([MESSAGE])

    assert result.outcome is Outcome.UNCERTAIN


@pytest.mark.parametrize(("code", "outcome"), CODES)
def test_a_code_for_the_number_is_told_by_its_meaning(
    provider: StandIn, code: str, outcome: Outcome
) -> None:
    provider.answer = lambda _: status(code)

    (result,) = gateway(provider).send([MESSAGE])

    assert (result.outcome, result.error) == (outcome, code)


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        *CODES,
        ("RequestLimitExceeded", Outcome.THROTTLED),
        ("AuthFailure.SignatureFailure", Outcome.FAILED),
        ("UnauthorizedOperation.ServiceSuspendDueToArrears", Outcome.EMPTY),
    ],
)
def test_an_error_of_the_interface_is_told_by_its_code(
    provider: StandIn, code: str, outcome: Outcome
) -> None:
    provider.answer = lambda _: error(code)

    (result,) = gateway(provider).send([MESSAGE])

    assert (result.outcome, result.error) == (outcome, code)
    assert len(provider.asked) == 1


def test_what_cannot_be_read_or_does_not_come_may_have_been_taken(provider: StandIn) -> None:
    provider.answer = lambda _: (500, "oops")
    (broken,) = gateway(provider).send([MESSAGE])
    provider.answer = lambda _: (200, "oops")
    (unread,) = gateway(provider).send([MESSAGE])
    provider.answer = lambda _: (200, {"Response": {"RequestId": "R"}})
    (bare,) = gateway(provider).send([MESSAGE])
    provider.answer = lambda _: None
    (late,) = gateway(provider).send([MESSAGE])

    assert [one.outcome for one in (broken, unread, bare, late)] == [Outcome.UNCERTAIN] * 4
    assert len(provider.asked) == 4  # none was tried again by the library itself


def test_a_provider_that_was_never_reached_has_surely_not_taken_it() -> None:
    (result,) = gateway(StandIn(url="http://127.0.0.1:1")).send([MESSAGE])

    assert result.outcome is Outcome.FAILED


def receipts(*contexts: str) -> tuple[int, dict[str, Any]]:
    """Return an answer of PullSmsSendStatusByPhoneNumber."""
    found = [
        {"PhoneNumber": "+8613900000001", "ReportStatus": "SUCCESS", "SessionContext": context}
        for context in contexts
    ]
    return 200, {"Response": {"PullSmsSendStatusSet": found, "RequestId": "R"}}


def test_a_receipt_with_our_number_says_it_was_taken_and_none_says_nothing(
    provider: StandIn,
) -> None:
    provider.answer = lambda _: receipts("9", "1-1-1790000000")
    assert gateway(provider).ask(MESSAGE, AT) is Found.TAKEN
    (asked,) = provider.asked
    assert asked.headers["x-tc-action"] == "PullSmsSendStatusByPhoneNumber"
    assert asked.json["PhoneNumber"] == "+8613900000001"
    assert asked.json["BeginTime"] < AT.timestamp() < asked.json["EndTime"]

    for answer in (receipts(), receipts(""), error("InternalError"), (500, "oops")):
        provider.answer = lambda _, answer=answer: answer  # type: ignore[misc]  # its default is bound here
        assert gateway(provider).ask(MESSAGE, AT) is Found.UNKNOWN


def test_what_is_left_is_what_packages_that_have_not_run_out_have(provider: StandIn) -> None:
    now = int(time.time())
    packages = [
        {
            "PackageEffectiveTime": now - 9,
            "PackageExpiredTime": now + 99,
            "PackageAmount": 1000,
            "CurrentUsage": 400,
        },
        {
            "PackageEffectiveTime": now - 9,
            "PackageExpiredTime": now - 1,
            "PackageAmount": 5000,
            "CurrentUsage": 0,
        },
        {
            "PackageEffectiveTime": now - 9,
            "PackageExpiredTime": now + 99,
            "PackageAmount": 50,
            "CurrentUsage": 0,
        },
    ]
    provider.answer = lambda _: (
        200,
        {"Response": {"SmsPackagesStatisticsSet": packages, "RequestId": "R"}},
    )
    assert gateway(provider).left() == 650
    assert provider.asked[0].headers["x-tc-action"] == "SmsPackagesStatistics"

    provider.answer = lambda _: error("InternalError")
    assert gateway(provider).left() is None
