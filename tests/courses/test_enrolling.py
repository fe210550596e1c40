"""Taking a place in a class: free and paid, full, and what it leaves behind."""

from __future__ import annotations

import pytest

from palace.courses import claims
from palace.courses.errors import ClassFull, RulesFailed
from palace.courses.states import EnrolmentState
from tests.teaching import Teaching


def test_a_free_place_is_theirs_at_once(teaching: Teaching) -> None:
    offering = teaching.offering(places=2)

    enrolment = teaching.enrolment(offering)

    assert enrolment.state is EnrolmentState.CONFIRMED
    assert claims.live_places(offering.id) == 1


def test_a_full_class_takes_nobody(teaching: Teaching) -> None:
    offering = teaching.offering(places=1)
    teaching.enrolment(offering)

    with pytest.raises(ClassFull):
        teaching.enrolment(offering)
    assert claims.live_places(offering.id) == 1


def test_the_same_member_has_one_place(teaching: Teaching) -> None:
    offering = teaching.offering()
    member = teaching.enrolment(offering).member

    with pytest.raises(RulesFailed) as refused:
        teaching.enrolment(offering, member)
    assert [one.code for one in refused.value.failures] == ["enrolled_before"]
