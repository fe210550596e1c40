"""Alibaba Cloud's own library against a stand-in: what goes over the line, and what each answer means.

No message was ever sent to the provider itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from palace.config import Settings
from palace.notices.gateways import Found, Message, load
from palace.notices.rules import Outcome
from tests.notices.stand_in import Asked, StandIn, http_provider

AT = datetime(2026, 11, 27, 17, tzinfo=UTC)  # the 28th in Shanghai


@pytest.fixture
def provider() -> Iterator[StandIn]:
    """Run a stand-in."""
    with http_provider() as told:
        yield told


def gateway(provider: StandIn) -> Any:
    """Return the gateway over the real library, its address ours."""
    return load(
        "aliyun",
        Settings(
            demo=True,
            sms_gateway="aliyun",
            sms_key_id="our-id",
            sms_key_secret="our-secret",  # noqa: S106 - ours
            sms_signature="文化宫",
            sms_endpoint=provider.url,
            message_seconds=1,
        ),
    )


def message(number: int = 1, phone: str = "13900000001") -> Message:
    """Return a message."""
    return Message(
        id=number,
        out_id=f"{number}-1-1790000000",
        address=phone,
        text="《打金枝》，2张票已出。",
        template="SMS_1",
        variables=(("title", "《打金枝》"), ("count", "2")),
    )


def took(_: Asked) -> tuple[int, dict[str, str]]:
    """Take a message."""
    return 200, {"Code": "OK", "Message": "OK", "BizId": "900^0", "RequestId": "R"}


def test_one_request_per_message_signed_with_our_number_in_it(provider: StandIn) -> None:
    provider.answer = took

    (result,) = gateway(provider).send([message()])

    assert (result.outcome, result.reference, result.error) == (Outcome.SENT, "900^0", "")
    (asked,) = provider.asked
    assert asked.headers["x-acs-action"] == "SendSms"
    assert asked.headers["x-acs-version"] == "2017-05-25"
    assert asked.query["PhoneNumbers"] == "13900000001"
    assert asked.query["SignName"] == "文化宫"
    assert asked.query["TemplateCode"] == "SMS_1"
    assert json.loads(asked.query["TemplateParam"]) == {"title": "《打金枝》", "count": "2"}
    assert asked.query["OutId"] == "1-1-1790000000"
    signed = re.fullmatch(
        r"ACS3-HMAC-SHA256 Credential=our-id,SignedHeaders=[a-z0-9;-]+,Signature=[0-9a-f]{64}",
        asked.headers["authorization"],
    )
    assert signed
    assert "our-secret" not in str(asked)


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("isv.BUSINESS_LIMIT_CONTROL", Outcome.THROTTLED),
        ("isv.AMOUNT_NOT_ENOUGH", Outcome.EMPTY),
        ("isv.SMS_TEMPLATE_ILLEGAL", Outcome.UNTEMPLATED),
        ("isv.MOBILE_NUMBER_ILLEGAL", Outcome.REFUSED),
        ("isp.SYSTEM_ERROR", Outcome.UNCERTAIN),
        ("isv.SOMETHING_NEW", Outcome.FAILED),
    ],
)
def test_a_code_in_the_answer_is_told_by_its_meaning(
    provider: StandIn, code: str, outcome: Outcome
) -> None:
    provider.answer = lambda _: (200, {"Code": code, "Message": "x", "RequestId": "R"})

    (result,) = gateway(provider).send([message()])

    assert (result.outcome, result.error) == (outcome, code)
    assert len(provider.asked) == 1


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (400, "Throttling.User", Outcome.THROTTLED),
        (403, "Forbidden.RAM", Outcome.FAILED),
        (404, "InvalidAccessKeyId.NotFound", Outcome.FAILED),
        (503, "ServiceUnavailable", Outcome.UNCERTAIN),
        (502, "Something.New", Outcome.UNCERTAIN),
    ],
)
def test_an_error_of_the_interface_is_told_by_its_code(
    provider: StandIn, status: int, code: str, outcome: Outcome
) -> None:
    provider.answer = lambda _: (status, {"Code": code, "Message": "x", "RequestId": "R"})

    (result,) = gateway(provider).send([message()])

    assert (result.outcome, result.error) == (outcome, code)
    assert len(provider.asked) == 1


def test_what_cannot_be_read_or_does_not_come_may_have_been_taken(provider: StandIn) -> None:
    provider.answer = lambda _: (500, "oops")
    (unread,) = gateway(provider).send([message()])
    provider.answer = lambda _: None
    (late,) = gateway(provider).send([message()])

    assert [unread.outcome, late.outcome] == [Outcome.UNCERTAIN, Outcome.UNCERTAIN]
    assert len(provider.asked) == 2  # neither was tried again by the library itself


@pytest.mark.parametrize("answer", [(200, {}), (400, {"x": 1}), (502, {"x": 1}), (200, "[]")])
def test_an_answer_without_a_code_is_none(provider: StandIn, answer: Any) -> None:
    provider.answer = lambda _: answer

    (result,) = gateway(provider).send([message()])

    assert result.outcome is Outcome.UNCERTAIN


def test_a_provider_that_was_never_reached_has_surely_not_taken_it(provider: StandIn) -> None:
    away = gateway(StandIn(url="http://127.0.0.1:1"))

    (result,) = away.send([message()])

    assert result.outcome is Outcome.FAILED


def test_of_a_batch_each_has_its_own_result(provider: StandIn) -> None:
    def some(asked: Asked) -> tuple[int, dict[str, str]]:
        bad = asked.query["PhoneNumbers"].endswith("3")
        return (
            (200, {"Code": "isv.MOBILE_NUMBER_ILLEGAL", "RequestId": "R"}) if bad else took(asked)
        )

    provider.answer = some
    batch = [message(number, f"1390000000{number}") for number in range(6)]

    results = {result.id: result.outcome for result in gateway(provider).send(batch)}

    assert results == {
        number: Outcome.REFUSED if number == 3 else Outcome.SENT for number in range(6)
    }
    assert len(provider.asked) == 6


def details(*numbers: str, total: int | None = None) -> dict[str, Any]:
    """Return an answer of QuerySendDetails."""
    found = [{"OutId": number, "PhoneNum": "13900000001", "SendStatus": 3} for number in numbers]
    return {
        "Code": "OK",
        "TotalCount": str(len(numbers) if total is None else total),
        "SmsSendDetailDTOs": {"SmsSendDetailDTO": found},
    }


def test_a_try_is_found_by_our_number_among_the_phones_messages_of_that_day(
    provider: StandIn,
) -> None:
    provider.answer = lambda _: (200, details("5-1-1", "1-1-1790000000"))

    assert gateway(provider).ask(message(), AT) is Found.TAKEN

    (asked,) = provider.asked
    assert asked.headers["x-acs-action"] == "QuerySendDetails"
    assert (asked.query["PhoneNumber"], asked.query["SendDate"]) == ("13900000001", "20261128")


def test_only_a_whole_list_without_our_number_says_it_never_came(provider: StandIn) -> None:
    provider.answer = lambda asked: (
        200,
        details(*["9-9-9"] * 50, total=60)
        if asked.query["CurrentPage"] == "1"
        else details(*["8-8-8"] * 10, total=60),
    )

    assert gateway(provider).ask(message(), AT) is Found.ABSENT
    assert len(provider.asked) == 2


@pytest.mark.parametrize(
    "answer",
    [
        (200, {"Code": "isv.SOMETHING", "Message": "x"}),
        (400, {"Code": "Throttling.User", "Message": "x"}),
        (500, "oops"),
        None,
    ],
)
def test_no_answer_is_no_knowledge(provider: StandIn, answer: Any) -> None:
    provider.answer = lambda _: answer

    assert gateway(provider).ask(message(), AT) is Found.UNKNOWN


def test_a_try_around_midnight_is_looked_for_on_both_days(provider: StandIn) -> None:
    provider.answer = lambda asked: (
        200,
        details("1-1-1790000000") if asked.query["SendDate"] == "20261129" else details(),
    )

    found = gateway(provider).ask(message(), datetime(2026, 11, 28, 15, 59, 58, tzinfo=UTC))

    assert found is Found.TAKEN
    assert [asked.query["SendDate"] for asked in provider.asked] == ["20261128", "20261129"]


def test_a_try_around_midnight_never_came_only_if_both_days_say_so(provider: StandIn) -> None:
    late = datetime(2026, 11, 28, 15, 59, 58, tzinfo=UTC)
    provider.answer = lambda asked: (
        (200, details()) if asked.query["SendDate"] == "20261129" else (500, "oops")
    )
    assert gateway(provider).ask(message(), late) is Found.UNKNOWN

    provider.answer = lambda _: (200, details())
    assert gateway(provider).ask(message(), late) is Found.ABSENT


def test_a_provider_that_is_away_when_it_is_asked_is_no_knowledge(provider: StandIn) -> None:
    away = gateway(StandIn(url="http://127.0.0.1:1"))

    assert away.ask(message(), AT) is Found.UNKNOWN
