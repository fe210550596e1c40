"""Many vote at once, and one person from many phones: never more votes than somebody has."""

from __future__ import annotations

from functools import partial

from flask import Flask
from sqlalchemy import func, select

from palace.db import db
from palace.surveys import queries, services
from palace.surveys.models import SurveyVote
from tests.factory import Factory
from tests.races.together import codes, together
from tests.surveys.conftest import a_menu

ROUNDS = 32


def test_one_person_on_many_phones_has_two_votes(live: Factory, live_app: Flask) -> None:
    menu, member = a_menu(live), live.member()
    lines = [line.id for line in queries.lines(menu.id)]
    live.commit()
    chosen = [{lines[turn % 4], lines[(turn + 1 + turn // 4 % 3) % 4]} for turn in range(ROUNDS)]
    jobs = [partial(services.vote, member.id, menu.id, of) for of in chosen]
    assert codes(together(live_app, jobs)) == {"won": ROUNDS}
    assert queries.chosen(menu.id, member.id) in chosen


def test_every_vote_of_many_people_counts_once(live: Factory, live_app: Flask) -> None:
    menu = a_menu(live)
    people = [live.member().id for _ in range(ROUNDS)]
    lines = [line.id for line in queries.lines(menu.id)]
    live.commit()
    jobs = [
        partial(services.vote, one, menu.id, {lines[turn % 4], lines[(turn + 1) % 4]})
        for turn, one in enumerate(people)
        for _twice in range(2)
    ]
    assert codes(together(live_app, jobs)) == {"won": 2 * ROUNDS}
    assert [one.votes for one in queries.results(menu.id)] == [ROUNDS // 2] * 4
    assert db.session.scalar(select(func.count()).select_from(SurveyVote)) == 2 * ROUNDS


def test_lines_moved_by_two_at_once_all_stay(live: Factory, live_app: Flask) -> None:
    menu = a_menu(live)
    lines = [line.id for line in queries.lines(menu.id)]
    live.commit()
    jobs = [
        partial(services.move, menu.id, lines[turn % 4], up=bool(turn % 3)) for turn in range(24)
    ]
    assert codes(together(live_app, jobs)) == {"won": 24}
    db.session.rollback()
    found = queries.lines(menu.id)
    assert sorted(line.id for line in found) == sorted(lines)
    assert [line.position for line in found] == [1, 2, 3, 4]
