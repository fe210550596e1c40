"""A class of 50 places opens and 5,000 members want one: exactly 50 have it, and nobody waits for a no."""

from __future__ import annotations

import http.client
import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain

from sqlalchemy import select

from bench.clients import Answer, Ask, Client, Waiting
from bench.house import House
from bench.measure import Scale
from bench.meter import cpu_seconds
from bench.rush import COME_BACK
from bench.table import Figure, percentile
from bench.visitors import Visitor, visitors
from palace import clock
from palace.clock import palace_day
from palace.courses.catalogue import Course, Term
from palace.courses.models import ClassSession, Offering
from palace.courses.states import OfferingState
from palace.db import db, transaction
from palace.venues import queries as venues
from palace.venues.models import Space

NAME = "class rush"
FULL = "class_full"
AHEAD = timedelta(days=14)
HELD = """
SELECT count(*), count(DISTINCT member_id) FROM enrolments
WHERE offering_id = %s AND state IN ('unpaid', 'confirmed')
"""


@dataclass(frozen=True, kw_only=True)
class ClassRush:
    """What came of a rush: an answer a member, seconds of each, what the database has, CPU."""

    places: int
    told: Sequence[tuple[str, float]]
    seconds: float
    held: int
    people: int
    cpu: Mapping[str, float]

    @property
    def figures(self) -> list[Figure]:
        """Return what it is judged by, and what it cost."""
        counts = Counter(kind for kind, _ in self.told)
        won, lost = (
            [took for kind, took in self.told if kind == wanted] for wanted in ("yes", FULL)
        )
        unclear = len(self.told) - counts["yes"] - counts[FULL]
        slower = percentile(lost, 0.5) / percentile(won, 0.5)
        return [
            Figure(f"{NAME}: members", len(self.told), "members"),
            Figure(f"{NAME}: until the last of them was answered", self.seconds, "s"),
            Figure(f"{NAME}: members a second", len(self.told) / self.seconds, "members/s"),
            Figure(f"{NAME}: places given", self.held, "places", f"= {self.places}"),
            Figure(f"{NAME}: members who have one", self.people, "members", f"= {self.places}"),
            Figure(f"{NAME}: members told yes", counts["yes"], "members", f"= {self.places}"),
            Figure(f"{NAME}: answers neither yes nor full", unclear, "answers", "= 0"),
            *_waits("who has a place", won),
            *_waits("who has none", lost),
            Figure(f"{NAME}: who has none waits against who has one, p50", slower, "times", "≤ 1"),
            Figure(
                f"{NAME}: CPU of a member", 1000 * sum(self.cpu.values()) / len(self.told), "ms"
            ),
        ]


def _waits(who: str, seconds: Sequence[float]) -> list[Figure]:
    return [
        Figure(f"{NAME}: {who} knows, {word}", 1000 * percentile(seconds, share), "ms")
        for word, share in (("p50", 0.5), ("p95", 0.95), ("longest", 1.0))
    ]


def send(house: House, scale: Scale) -> ClassRush:
    """Open a class and let everybody ask for a place; then look what the database has."""
    offering_id = open_class(scale.class_places)
    people = visitors(house, scale.class_members)
    asks = [_wish(who, offering_id) for who in people]
    before, began = cpu_seconds(house.roots), time.perf_counter()
    told = _persist(house.port, asks, scale.rush_clients)
    seconds, after = time.perf_counter() - began, cpu_seconds(house.roots)
    with house.admin() as connection:
        [(held, members)] = connection.execute(HELD, [offering_id]).fetchall()
    return ClassRush(
        places=scale.class_places,
        told=told,
        seconds=seconds,
        held=int(str(held)),
        people=int(str(members)),
        cpu={kind: after[kind] - before[kind] for kind in after},
    )


def _wish(who: Visitor, offering_id: int) -> Ask:
    body = json.dumps({"key": f"class-{offering_id}-{who.member_id}"})
    return who.post_json(f"/offerings/{offering_id}/enrol", body)


def _persist(port: int, asks: Sequence[Ask], clients: int) -> list[tuple[str, float]]:
    """Ask for everybody; who is told to come back does so after that time. Return what each was told."""
    waiting = Waiting(asks)

    def visit(_: int) -> list[tuple[str, float]]:
        client, told = Client(port), []
        while taken := waiting.next():
            answer = client.ask(taken[1])
            while kind_of(answer) == COME_BACK:
                time.sleep(float(answer.headers["retry-after"]))
                answer = client.ask(taken[1])
            told.append((kind_of(answer), answer.seconds))
        client.close()
        return told

    with ThreadPoolExecutor(clients) as pool:
        return list(chain.from_iterable(pool.map(visit, range(clients))))


def kind_of(answer: Answer) -> str:
    """Return what an answer says: "yes", the code of a refusal, "come back", or its status and beginning."""
    if answer.status == http.client.CREATED:
        return "yes"
    if answer.status == http.client.SERVICE_UNAVAILABLE and "retry-after" in answer.headers:
        return COME_BACK
    try:
        return str(answer.json["code"])
    except (ValueError, KeyError, TypeError):
        return f"{answer.status} {answer.body[:80]!r}"


def open_class(places: int) -> int:
    """Put a class on that everybody may enrol in now; return its id."""
    with transaction():
        now, site = clock.now(), venues.head_site()
        first = palace_day(now + AHEAD)
        space = db.session.scalars(select(Space).where(Space.code == "theatre")).one()
        term = Term(
            site_id=site.id,
            name_zh=f"压力测试学期{now:%H%M%S}",
            name_en="Bench",
            first_on=first,
            last_on=first + timedelta(days=90),
            shown_at=now - timedelta(days=2),
            opens_at=now - timedelta(days=1),
            public_opens_at=now - timedelta(days=1),
            closes_at=now + timedelta(days=60),
            per_person=2,
        )
        course = Course(
            code=f"bench-{now:%H%M%S%f}", site_id=site.id, title_zh="书法", title_en="Calligraphy"
        )
        db.session.add_all([term, course])
        db.session.flush()
        offering = Offering(
            term_id=term.id,
            course_id=course.id,
            space_id=space.id,
            state=OfferingState.PUBLISHED,
            places=places,
            published_at=now,
        )
        db.session.add(offering)
        db.session.flush()
        db.session.add_all(_sessions(offering))
        return offering.id


def _sessions(offering: Offering) -> list[ClassSession]:
    begins = clock.now() + AHEAD
    return [
        ClassSession(
            offering_id=offering.id,
            number=number + 1,
            day=palace_day(begins + timedelta(weeks=number)),
            starts_at=begins + timedelta(weeks=number),
            ends_at=begins + timedelta(weeks=number, hours=2),
            space_id=offering.space_id,
        )
        for number in range(12)
    ]
