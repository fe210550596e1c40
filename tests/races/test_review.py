"""Reviewers and authors at the same moment: one wins, the other is told, nothing unreviewed gets out."""

from __future__ import annotations

from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import delete

from palace.db import db
from palace.members.rules import Role
from palace.productions import services
from palace.productions.queries import public_fields
from palace.programme.models import Production
from palace.review import queries
from palace.review import services as review
from palace.review.models import Decision, ReviewStep, Revision
from palace.security import public_code
from tests.factory import Factory
from tests.races.together import together
from tests.review.conftest import FIELDS, Desk, actor

MANY = 8


@pytest.fixture
def desk(live: Factory) -> Desk:
    """Return an author and two reviewers whose rows are committed."""
    live.site()
    people = (live.staff(Role.PROGRAMME), live.staff(Role.REVIEWER), live.staff(Role.REVIEWER))
    return Desk(*people)


def outcome(found: object) -> str:
    """Return the code of a refusal, or that it went well."""
    return str(getattr(found, "code", "done")) if isinstance(found, Exception) else "done"


def waiting(desk: Desk, live: Factory) -> tuple[Production, Revision]:
    """Return a production and what waits of it, committed."""
    production = desk.write()
    revision = queries.open_revision(f"production:{production.id}")
    assert revision
    live.commit()
    return production, revision


def test_many_reviewers_pass_one_step_once(live_app: Flask, live: Factory, desk: Desk) -> None:
    _, revision = waiting(desk, live)
    number = revision.id
    who = [actor(live.staff(Role.REVIEWER)) for _ in range(MANY)]
    live.commit()

    def passing(by: str) -> None:
        found = queries.get_revision(number, None)
        review.decide(found, step=1, version=1, reason="", by=by, passed=True)

    found = together(live_app, [lambda by=by: passing(by) for by in who])
    assert Counter(map(outcome, found)) == {"done": 1, "revision_moved": MANY - 1}
    db.session.expire_all()
    assert db.session.query(Decision).count() == 1


def test_who_passes_and_who_sends_back_at_once(live_app: Flask, live: Factory, desk: Desk) -> None:
    for _ in range(6):
        _, revision = waiting(desk, live)
        number, by = revision.id, (actor(desk.first), actor(desk.second))

        def deciding(who: str, *, passed: bool, number: int = number) -> None:
            found = queries.get_revision(number, None)
            reason = "" if passed else "日期不对"
            review.decide(found, step=1, version=1, reason=reason, by=who, passed=passed)

        found = together(
            live_app,
            [
                lambda by=by: deciding(by[0], passed=True),
                lambda by=by: deciding(by[1], passed=False),
            ],
        )
        assert sorted(map(outcome, found))[0] == "done"
        assert len({outcome(one) for one in found}) == 2


def test_an_author_changes_while_the_last_step_is_decided(
    live_app: Flask, live: Factory, desk: Desk
) -> None:
    author, second = actor(desk.author), actor(desk.second)
    changed = {**FIELDS, "title_zh": "没有审过"}
    for _ in range(8):
        production, revision = waiting(desk, live)
        desk.decide(revision, desk.first)
        live.commit()
        number, subject = revision.id, f"production:{production.id}"
        seen = review.state_of(subject)

        def deciding(number: int = number) -> None:
            found = queries.get_revision(number, None)
            review.decide(found, step=2, version=1, reason="", by=second, passed=True)

        def changing(subject: str = subject, seen: str = seen) -> None:
            review.propose(subject, changed, author, seen=seen)

        found = Counter(map(outcome, together(live_app, [deciding, changing])))
        db.session.expire_all()
        assert found == {"done": 1, "revision_moved": 1}
        assert public_fields(production.id).get("title_zh") in {None, FIELDS["title_zh"]}


def test_two_authors_begin_a_change_at_once(live_app: Flask, live: Factory, desk: Desk) -> None:
    production = desk.write()
    desk.review(production)
    live.commit()
    subject = f"production:{production.id}"
    seen = review.state_of(subject)

    def changing(minutes: int) -> None:
        fields = {**FIELDS, "minutes": minutes}
        review.propose(subject, fields, actor(desk.author), seen=seen)

    jobs = [lambda minutes=minutes: changing(minutes) for minutes in range(100, 100 + MANY)]
    found = Counter(map(outcome, together(live_app, jobs)))
    assert found == {"done": 1, "revision_moved": MANY - 1}


def test_the_same_new_production_sent_often_is_one(
    live_app: Flask, live: Factory, desk: Desk
) -> None:
    key = public_code()

    def making() -> int:
        return services.create(FIELDS, actor(desk.author), key=key, site_id=None, within=None).id

    made = together(live_app, [making for _ in range(MANY)])
    assert len(set(made)) == 1
    assert db.session.query(Production).count() == 1


def test_of_two_steps_one_stays_whoever_takes_them_away(
    live_app: Flask, live: Factory, desk: Desk
) -> None:
    live.commit()
    ids = [step.id for step in queries.steps()]
    live.commit()
    try:
        found = together(live_app, [lambda step=step: review.remove_step(step) for step in ids])
        assert Counter(map(outcome, found)) == {"done": 1, "last_step": 1}
    finally:
        db.session.rollback()
        db.session.execute(delete(ReviewStep))
        first = ReviewStep(position=1, name_zh="初审", name_en="First review")
        live.add(first, ReviewStep(position=2, name_zh="终审", name_en="Final review"))
        live.commit()
