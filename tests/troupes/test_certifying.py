"""Signing the letter, asking, being certified or refused, and what is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from palace import clock
from palace.db import db
from palace.errors import NotFound
from palace.members.models import AuditLine, Member
from palace.members.rules import Role
from palace.troupes import queries, services
from palace.troupes.errors import (
    CertificationDecided,
    CertificationOpen,
    LetterChanged,
    LetterMissing,
    ReasonMissing,
    TroupeEnded,
)
from palace.troupes.models import Certification, SafetyLetter
from palace.troupes.rules import CertificationState as State
from palace.troupes.services.certifying import Decision
from tests.lending import Lending
from tests.troupes.conftest import Choir, told

CERTIFY = Decision(seen=State.ASKED, verdict=State.CERTIFIED)
REFUSE = Decision(seen=State.ASKED, verdict=State.REFUSED, why="名单不全")
BY = "staff:1"


def sign(choir: Choir, letter: SafetyLetter | None = None) -> Certification:
    """Sign as the leader, by default the newest letter."""
    shown = letter or choir.letter
    return services.sign(choir.leader.id, choir.troupe.id, choir.season.id, shown.id)


def decide(choir: Choir, decision: Decision, by: str = BY) -> Certification:
    """Decide as somebody of the desk."""
    return services.decide(choir.troupe.id, choir.season.id, decision, by=by)


def renewed(choir: Choir) -> SafetyLetter:
    """Publish another version of the letter."""
    return services.publish_letter(choir.season.id, "另一版。", "Another.", after=1, by=BY)


def test_a_signature_keeps_who_when_and_which_text(choir: Choir) -> None:
    asked = sign(choir)
    newer = renewed(choir)
    assert (asked.state, asked.signed_by, asked.letter_id) == (
        State.ASKED,
        choir.leader.id,
        choir.letter.id,
    )
    assert queries.get_letter(asked.letter_id).text_zh == "安全第一。" != newer.text_zh


def test_signing_twice_asks_once(choir: Choir) -> None:
    first = sign(choir).asked_at
    assert sign(choir).asked_at == first
    assert (
        len(db.session.scalars(select(AuditLine).where(AuditLine.act == "troupe_asked")).all()) == 1
    )


def test_a_version_that_was_replaced_meanwhile_is_not_signed(choir: Choir) -> None:
    renewed(choir)
    with pytest.raises(LetterChanged):
        sign(choir)


def test_what_waits_under_an_older_version_is_signed_anew(choir: Choir) -> None:
    sign(choir)
    newer = renewed(choir)
    assert sign(choir, newer).letter_id == newer.id


def test_a_season_without_a_letter_and_one_that_is_over_are_not_asked_for(
    choir: Choir, lending: Lending
) -> None:
    today = lending.today()
    bare = lending.season(today, today)
    with pytest.raises(LetterMissing):
        services.sign(choir.leader.id, choir.troupe.id, bare.id, choir.letter.id)
    lending.letter(bare)
    lending.clock_at(today + timedelta(days=1), "00:00")
    with pytest.raises(NotFound):
        services.sign(choir.leader.id, choir.troupe.id, bare.id, choir.letter.id)


def test_who_is_certified_is_told_and_stands_so_until_the_last_day(
    choir: Choir, lending: Lending
) -> None:
    deputy = lending.leader(choir.troupe, "李副", role=Role.DEPUTY)
    sign(choir)
    decide(choir, CERTIFY)
    assert queries.stands(choir.troupe.id, lending.today()).until == choir.season.ends_on
    assert set(told("troupe_certified")) == {f"member:{choir.leader.id}", f"member:{deputy.id}"}


def test_a_refusal_says_why_and_may_be_asked_again(choir: Choir) -> None:
    sign(choir)
    with pytest.raises(ReasonMissing):
        decide(choir, Decision(seen=State.ASKED, verdict=State.REFUSED))
    assert decide(choir, REFUSE).why == "名单不全"
    assert sign(choir).state is State.ASKED
    assert decide(choir, REFUSE).state is State.REFUSED
    assert told("troupe_refused") == [f"member:{choir.leader.id}"] * 2


def test_who_decides_second_is_told_and_the_same_decision_again_changes_nothing(
    choir: Choir,
) -> None:
    sign(choir)
    decide(choir, CERTIFY)
    decide(choir, CERTIFY)
    with pytest.raises(CertificationDecided):
        decide(choir, REFUSE, by="staff:2")
    assert told("troupe_certified") == [f"member:{choir.leader.id}"]


def test_a_certification_is_taken_back_with_a_reason(choir: Choir, lending: Lending) -> None:
    sign(choir)
    decide(choir, CERTIFY)
    decide(choir, Decision(seen=State.CERTIFIED, verdict=State.REFUSED, why="动火"))
    assert queries.stands(choir.troupe.id, lending.today()).until is None


def test_nobody_is_certified_who_did_not_ask_nor_a_troupe_that_ended(choir: Choir) -> None:
    with pytest.raises(CertificationOpen):
        decide(choir, CERTIFY)
    sign(choir)
    services.close(choir.troupe.id, "并团")
    with pytest.raises(TroupeEnded):
        decide(choir, CERTIFY)


@pytest.mark.parametrize(("days", "reminded"), [(31, False), (30, True), (0, True), (-1, False)])
def test_leaders_are_reminded_once_in_the_last_thirty_days(
    choir: Choir, lending: Lending, *, days: int, reminded: bool
) -> None:
    lending.certified(choir.troupe)
    lending.clock_at(choir.season.ends_on - timedelta(days=days), "09:00")
    services.remind(30, clock.now())
    services.remind(30, clock.now())
    assert told("troupe_season_ends") == [f"member:{choir.leader.id}"] * reminded


def test_who_asked_for_the_next_season_is_not_reminded(choir: Choir, lending: Lending) -> None:
    lending.certified(choir.troupe)
    last = choir.season.ends_on
    coming = lending.season(last + timedelta(days=1), last + timedelta(days=365))
    lending.clock_at(last, "09:00")
    services.sign(choir.leader.id, choir.troupe.id, coming.id, lending.letter(coming).id)
    services.remind(30, clock.now())
    assert told("troupe_season_ends") == []


def test_a_letter_is_published_once_however_often_it_is_sent(choir: Choir) -> None:
    assert renewed(choir).version == renewed(choir).version == 2
    with pytest.raises(LetterChanged):
        services.publish_letter(choir.season.id, "第三版。", "Third.", after=1, by=BY)


def test_signing_is_the_signer_s_own(choir: Choir) -> None:
    """Who signed stays on the certification when they lead no more."""
    asked = sign(choir)
    for post in queries.posts_of(choir.troupe.id):
        services.end_leading(choir.troupe.id, post.id)
    assert db.session.get_one(Member, asked.signed_by).name == choir.leader.name
