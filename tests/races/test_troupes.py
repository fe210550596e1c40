"""Two decide, two sign, many list the same person, two are named: one of each, and no deadlock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from flask import Flask
from sqlalchemy import func, select

from palace.db import db
from palace.members.models import AuditLine, Member, Post
from palace.members.rules import Role
from palace.rooms import services as rooms
from palace.rooms.models import Occurrence
from palace.troupedesk.services import end_troupe
from palace.troupes import services
from palace.troupes.models import Certification, TroupeMember
from palace.troupes.rules import CertificationState as State
from palace.troupes.rules import Somebody
from palace.troupes.services.certifying import Decision
from tests.factory import Factory
from tests.lending import Lending
from tests.races.together import codes, together
from tests.troupes.conftest import a_choir, told

ROUNDS = 8
Jobs = list[Callable[[], object]]


def count(of: type[object], *where: object) -> int:
    """Return how many rows there are."""
    db.session.rollback()
    return db.session.scalars(select(func.count()).select_from(of).where(*where)).one()  # type: ignore[arg-type]  # conditions


def test_of_two_who_decide_at_once_one_does(live: Factory, live_app: Flask) -> None:
    lending = Lending(live)
    choirs = [a_choir(lending, f"合唱团{number}") for number in range(ROUNDS)]
    for choir in choirs:
        services.sign(choir.leader.id, choir.troupe.id, choir.season.id, choir.letter.id)
    ids = [(choir.troupe.id, choir.season.id) for choir in choirs]
    live.commit()
    verdicts = (State.CERTIFIED, State.REFUSED)
    jobs: Jobs = [
        partial(
            services.decide,
            *of,
            Decision(seen=State.ASKED, verdict=verdict, why="名单不全"),
            by=f"staff:{turn}",
        )
        for of in ids
        for turn, verdict in enumerate(verdicts * 2)
    ]
    assert codes(together(live_app, jobs)) == {"won": ROUNDS, "certification_decided": 3 * ROUNDS}
    decided = AuditLine.act.in_(["troupe_certified", "troupe_refused"])
    assert count(AuditLine, decided) == ROUNDS
    assert len(told("troupe_certified") + told("troupe_refused")) == ROUNDS


def test_leader_and_deputy_who_sign_at_once_ask_once(live: Factory, live_app: Flask) -> None:
    lending = Lending(live)
    choir = a_choir(lending)
    signers = [
        choir.leader.id,
        *(lending.leader(choir.troupe, role=Role.DEPUTY).id for _ in range(7)),
    ]
    of = (choir.troupe.id, choir.season.id, choir.letter.id)
    live.commit()
    jobs: Jobs = [partial(services.sign, member_id, *of) for member_id in signers]
    assert codes(together(live_app, jobs)) == {"won": len(signers)}
    assert count(Certification) == count(AuditLine, AuditLine.act == "troupe_asked") == 1


def test_the_same_person_listed_by_many_at_once_is_there_once(
    live: Factory, live_app: Flask
) -> None:
    lending = Lending(live)
    choir, singer = a_choir(lending), live.member("李桂兰", phone="13800138000")
    troupe_id, member_id = choir.troupe.id, singer.id
    live.commit()
    jobs: Jobs = [
        partial(services.add, troupe_id, [Somebody("李桂兰", "13800138000")]) for _ in range(16)
    ]
    assert codes(together(live_app, jobs)) == {"won": 16}
    assert count(TroupeMember, TroupeMember.member_id == member_id) == 1
    assert count(TroupeMember) == 1


def test_of_many_named_leader_at_once_one_leads(live: Factory, live_app: Flask) -> None:
    lending = Lending(live)
    troupe_id = a_choir(lending).troupe.id
    people = [live.member(f"团长{letter}") for letter in "甲乙丙丁戊"]
    named = [Somebody(one.name, one.phone) for one in people]
    live.commit()
    jobs: Jobs = [
        partial(services.name_leader, troupe_id, somebody, Role.LEADER) for somebody in named
    ]
    assert codes(together(live_app, jobs)) == {"won": len(named)}
    leads = (Post.troupe_id == troupe_id, Post.role == Role.LEADER, Post.ended_at.is_(None))
    assert count(Post, *leads) == 1


def test_a_leader_who_takes_rooms_while_the_troupe_ends_keeps_none(
    live: Factory, live_app: Flask
) -> None:
    """Whoever ends it saw no rehearsals: either some came first, and they are told, or it ends."""
    lending = Lending(live)
    room, troupe = lending.room(), lending.troupe()
    leader_id, troupe_id = lending.leader(troupe).id, troupe.id
    wishes = [lending.wish(room, lending.day(ahead), troupe=troupe) for ahead in range(1, 8)]
    live.commit()

    def take(turn: int) -> object:
        leader = db.session.get_one(Member, leader_id)
        return rooms.reserve(replace(wishes[turn], member=leader), by=f"member:{leader_id}")

    jobs: Jobs = [partial(take, turn) for turn in range(len(wishes))]
    jobs.insert(3, partial(end_troupe, troupe_id, seen=0, why="并团", by="staff:1"))
    results = codes(together(live_app, jobs, at_once=8))
    held = count(Occurrence, Occurrence.troupe_id == troupe_id)
    assert held == (results["won"] if results["rehearsals_changed"] else 0)
