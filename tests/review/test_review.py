"""The review: what the public sees passed every step, by people who did not write it."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from palace.db import db
from palace.members.rules import Role
from palace.productions.queries import public_fields
from palace.programme.models import Partner
from palace.review import queries
from palace.review import services as review
from palace.review.errors import (
    DecidedBefore,
    LastStep,
    NothingChanged,
    OwnRevision,
    ReasonNeeded,
    RevisionClosed,
    RevisionMoved,
)
from palace.review.rules import RevisionState
from tests.factory import Factory
from tests.review.conftest import FIELDS, Desk, actor


def test_only_the_last_step_writes_what_the_public_sees(desk: Desk) -> None:
    production = desk.write()
    subject = f"production:{production.id}"
    revision = queries.open_revision(subject)
    assert revision

    desk.decide(revision, desk.first)
    assert (production.title_zh, queries.is_reviewed(subject)) == ("", False)
    desk.decide(revision, desk.second)

    assert queries.is_reviewed(subject)
    assert public_fields(production.id) == FIELDS
    assert production.permit_until == date(2026, 12, 31)
    assert db.session.get_one(Partner, production.partner_id or 0).name_en == "City Drama Troupe"
    assert revision.state is RevisionState.PASSED
    assert [(one.step, one.name_zh) for one in revision.decisions] == [(1, "初审"), (2, "终审")]


def test_a_change_goes_back_to_the_first_step_and_the_public_keeps_the_old_text(desk: Desk) -> None:
    production = desk.write()
    desk.review(production)

    revision = desk.change(production, title_zh="话剧《雷雨》")
    desk.decide(revision, desk.first)
    assert production.title_zh == "话剧《茶馆》"
    desk.decide(revision, desk.second)
    assert production.title_zh == "话剧《雷雨》"
    assert revision.before["title_zh"] == "话剧《茶馆》"


def test_an_author_never_decides_nor_one_person_both_steps(desk: Desk, make: Factory) -> None:
    make.post(desk.author, Role.REVIEWER)
    production = desk.write()
    revision = queries.open_revision(f"production:{production.id}")
    assert revision

    with pytest.raises(OwnRevision):
        desk.decide(revision, desk.author)
    desk.decide(revision, desk.first)
    with pytest.raises(DecidedBefore):
        desk.decide(revision, desk.first)


def test_who_changed_a_revision_is_its_author_too(desk: Desk) -> None:
    production = desk.write()
    fields = {**FIELDS, "title_en": "The Teahouse"}
    revision = review.propose(f"production:{production.id}", fields, actor(desk.first))
    with pytest.raises(OwnRevision):
        desk.decide(revision, desk.first)
    with pytest.raises(OwnRevision):
        desk.decide(revision, desk.author)


def test_sent_back_it_waits_for_its_author_and_begins_anew(desk: Desk) -> None:
    production = desk.write()
    subject = f"production:{production.id}"
    revision = queries.open_revision(subject)
    assert revision
    desk.decide(revision, desk.first)
    desk.decide(revision, desk.second, passed=False)
    assert revision.state is RevisionState.SENT_BACK
    assert queries.sent_back_count(actor(desk.author)) == 1
    with pytest.raises(RevisionClosed):
        review.decide(revision, step=2, version=1, reason="", by=actor(desk.second), passed=True)

    again = desk.change(production, minutes=160)
    assert (again.id, again.version, again.passed) == (revision.id, 2, set())
    assert queries.sent_back_count(actor(desk.author)) == 0
    desk.decide(again, desk.first)
    desk.decide(again, desk.second)
    assert production.minutes == 160


def test_sending_back_needs_a_reason(desk: Desk) -> None:
    production = desk.write()
    revision = queries.open_revision(f"production:{production.id}")
    assert revision
    with pytest.raises(ReasonNeeded):
        review.decide(revision, step=1, version=1, reason="", by=actor(desk.first), passed=False)


def test_a_decision_is_for_the_version_and_the_step_that_were_seen(desk: Desk) -> None:
    production = desk.write()
    revision = queries.open_revision(f"production:{production.id}")
    assert revision
    desk.change(production, minutes=160)
    seen = {"reason": "", "by": actor(desk.first), "passed": True}
    with pytest.raises(RevisionMoved):
        review.decide(revision, step=1, version=1, **seen)  # type: ignore[arg-type]  # three kinds of values
    desk.decide(revision, desk.second)
    with pytest.raises(RevisionMoved):
        review.decide(revision, step=1, version=2, **seen)  # type: ignore[arg-type]  # three kinds of values


def test_repeats_change_nothing(desk: Desk) -> None:
    production = desk.write()
    revision = queries.open_revision(f"production:{production.id}")
    assert revision
    assert desk.change(production).version == 1  # the same fields again
    for _ in range(2):
        review.decide(revision, step=1, version=1, reason="", by=actor(desk.first), passed=True)
    assert len(revision.decisions) == 1
    for _ in range(2):
        review.decide(revision, step=2, version=1, reason="", by=actor(desk.second), passed=True)
    assert len(revision.decisions) == 2
    with pytest.raises(NothingChanged):
        desk.change(production)


def test_the_second_of_two_authors_is_told(desk: Desk) -> None:
    production = desk.write()
    subject = f"production:{production.id}"
    seen = review.state_of(subject)
    desk.change(production, minutes=160)
    with pytest.raises(RevisionMoved):
        review.propose(subject, {**FIELDS, "minutes": 170}, actor(desk.author), seen=seen)
    found = queries.open_revision(subject)
    assert found
    assert found.fields["minutes"] == 160


def test_what_is_withdrawn_never_becomes_public(desk: Desk) -> None:
    production = desk.write()
    desk.review(production)
    revision = desk.change(production, title_zh="别的")
    review.withdraw(revision, version=1)
    review.withdraw(revision, version=1)
    assert revision.state is RevisionState.WITHDRAWN
    with pytest.raises(RevisionClosed):
        desk.decide(revision, desk.first)
    assert production.title_zh == "话剧《茶馆》"
    assert queries.open_revision(f"production:{production.id}") is None


def test_steps_are_rows_and_a_change_of_them_leaves_what_waits(desk: Desk) -> None:
    production = desk.write()
    step = review.add_step("复核", "Third look", another_person=False)
    desk.review(production)
    assert production.title_zh == "话剧《茶馆》"

    revision = desk.change(production, minutes=160)
    desk.decide(revision, desk.first)
    desk.decide(revision, desk.second)
    assert production.minutes == 150
    desk.decide(revision, desk.first)  # this step does not want another person
    assert production.minutes == 160

    review.remove_step(step.id)
    review.remove_step(queries.steps()[1].id)
    with pytest.raises(LastStep):
        review.remove_step(queries.steps()[0].id)


def test_a_reviewer_is_told_what_they_may_decide(desk: Desk) -> None:
    production = desk.write()
    counts = [queries.for_reviewer(actor(one), None)[0] for one in (desk.author, desk.first)]
    assert counts == [0, 1]
    revision = queries.open_revision(f"production:{production.id}")
    assert revision
    desk.decide(revision, desk.first)
    assert queries.for_reviewer(actor(desk.first), None)[0] == 0
    assert queries.for_reviewer(actor(desk.second), None)[0] == 1
    assert queries.for_reviewer(actor(desk.second), [])[0] == 0


def test_a_partner_keeps_its_english_name_where_another_production_gives_none(desk: Desk) -> None:
    first, second = desk.write(), desk.write(title_zh="另一出", partner_en="")
    desk.review(first)
    desk.review(second)

    assert public_fields(first.id)["partner_en"] == "City Drama Troupe"


def test_who_wrote_what_was_withdrawn_does_not_review_it_as_somebody_elses(
    make: Factory, desk: Desk
) -> None:
    production = desk.write()
    subject = f"production:{production.id}"
    first = queries.open_revision(subject)
    assert first
    review.withdraw(first, version=1)
    colleague = make.staff(Role.PROGRAMME)

    again = review.propose(subject, FIELDS, actor(colleague))

    assert set(again.authors) == {actor(desk.author), actor(colleague)}
    with pytest.raises(OwnRevision):
        desk.decide(again, desk.author)


def test_everybody_who_writes_or_reviews_reads_the_steps_and_administrators_change_them(
    app: Flask, make: Factory
) -> None:
    site = make.site()
    for who, changes in (
        (make.staff(Role.ADMIN), True),
        (make.staff(Role.SITE_ADMIN, site=site), False),
        (make.staff(Role.REVIEWER), False),
        (make.staff(Role.PROGRAMME), False),
    ):
        browser = app.test_client()
        make.sign_in(browser, who)
        make.commit()
        said = browser.get("/staff/review/steps")
        assert said.status_code == 200
        assert ("在最后加这一步" in said.text) is changes
        assert ("由全馆的管理员改" in said.text) is not changes
        refused = browser.post("/staff/review/steps", data={"name_zh": "复审"})
        assert (refused.status_code == 403) is not changes
