"""Letters over SMTP: what goes over the line, and what each answer of a server means."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes, policy
from typing import Any

import pytest

from palace.config import Settings
from palace.notices.gateways import Message, load
from palace.notices.rules import Outcome
from tests.notices.stand_in import MailServer, mail_server, plain


@pytest.fixture
def server() -> Iterator[MailServer]:
    """Run a mail server of ours."""
    with mail_server() as told:
        yield told


def gateway(server: MailServer) -> Any:
    """Return the gateway to it."""
    return load(
        "smtp",
        Settings(
            demo=True,
            smtp_url=server.url,
            mail_from="palace@example.org",
            sms_signature="文化宫",
            message_seconds=1,
        ),
    )


def letter(number: int = 1, address: str = "one@example.org") -> Message:
    """Return a letter."""
    return Message(
        id=number,
        out_id=f"{number}-1-1790000000",
        address=address,
        text="《打金枝》，2张票已出。\n.\n第二行。",
        title="《打金枝》",
    )


def test_a_letter_says_who_writes_what_and_carries_our_number(server: MailServer) -> None:
    (result,) = gateway(server).send([letter()])

    assert (result.outcome, result.error) == (Outcome.SENT, "")
    assert server.signed_in == [plain("palace", "a@b")]
    assert server.receivers == ["one@example.org"]
    told = message_from_bytes(server.letters[0], policy=policy.default)
    assert str(told["From"]) == "文化宫 <palace@example.org>"
    assert str(told["To"]) == "one@example.org"
    assert str(told["Subject"]) == "《打金枝》"
    assert told["Message-ID"] == "<1-1-1790000000@example.org>"
    assert told["Auto-Submitted"] == "auto-generated"
    assert told.get_content().replace("\r\n", "\n") == "《打金枝》，2张票已出。\n.\n第二行。\n"


@pytest.mark.parametrize(
    ("stage", "answer", "outcome"),
    [
        ("rcpt", b"550 no such user", Outcome.REFUSED),
        ("rcpt", b"450 try later", Outcome.FAILED),
        ("mail", b"451 busy", Outcome.FAILED),
        ("data", b"554 spam", Outcome.REFUSED),
        ("letter", b"452 no room", Outcome.FAILED),
        ("letter", b"554 spam", Outcome.REFUSED),
        ("letter", b"", Outcome.UNCERTAIN),
        ("rcpt", b"", Outcome.FAILED),
        ("auth", b"535 who are you", Outcome.FAILED),
    ],
)
def test_a_stage_that_says_no_is_told_by_its_number(
    server: MailServer, stage: str, answer: bytes, outcome: Outcome
) -> None:
    server.answers[stage] = answer

    (result,) = gateway(server).send([letter()])

    assert result.outcome is outcome


def test_of_a_batch_over_one_line_each_has_its_own_result(server: MailServer) -> None:
    results = list(gateway(server).send([letter(number) for number in range(3)]))

    assert [result.outcome for result in results] == [Outcome.SENT] * 3
    assert len(server.letters) == 3
    assert len(server.signed_in) == 1


def test_a_line_that_breaks_leaves_the_rest_of_the_batch_surely_untaken(server: MailServer) -> None:
    server.answers["letter"] = b""

    results = list(gateway(server).send([letter(number) for number in range(3)]))

    assert [result.outcome for result in results] == [
        Outcome.UNCERTAIN,
        Outcome.FAILED,
        Outcome.FAILED,
    ]


def test_a_server_that_was_never_reached_has_surely_taken_nothing() -> None:
    (result,) = gateway(MailServer(url="smtp://127.0.0.1:1")).send([letter()])

    assert result.outcome is Outcome.FAILED
