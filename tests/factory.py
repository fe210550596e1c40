"""Rows for tests, each with the fewest words: `make.performance(seats=2)`."""

from __future__ import annotations

import hashlib
import itertools
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import Range

from palace import clock
from palace.db import Base, db
from palace.members.models import Grant, Member, Post, RosterEntry, SignIn, Staff, Unit
from palace.members.rules import GrantKind, Role
from palace.members.units import UnitKind
from palace.money import Fen
from palace.once import forget
from palace.programme.models import Opening, Performance, Price, Production, Quota, Tier
from palace.programme.rules import Audience, Qualifies, Scope, Seating
from palace.roster.tree import pinyin_of
from palace.tickets.models import Claim, Order, Ticket
from palace.venues import queries as venues
from palace.venues.models import HouseRules, Seat, SeatingPlan, Site, Space
from palace.venues.rules import PlanSeat, SeatType

NUMBERS = itertools.count(1)
DRAWING = {
    "name": {"zh": "大剧场", "en": "Grand Theatre"},
    "label": {"zh": "{section}{row}排{number}座", "en": "{section} row {row} seat {number}"},
    "numbering": "as-given",
    "entrances": [{"code": "1L", "name": {"zh": "一层单号门", "en": "level 1, odd door"}}],
    "focus": [0.0, 300.0],
    "sections": [{"code": "ST", "name": {"zh": "池座", "en": "Stalls"}}],
    "shapes": [],
    "zones": [
        {"code": code, "name": {"zh": f"{code}区", "en": f"Category {code}"}} for code in ("A", "B")
    ],
}


class Factory:
    """Makes and flushes rows in the test's transaction; `commit()` makes them real for races."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def add(self, *rows: Base) -> None:
        """Add and flush rows."""
        db.session.add_all(rows)
        db.session.flush()

    def commit(self) -> None:
        """Make everything visible to other connections."""
        db.session.commit()

    def site(self) -> Site:
        """Return the head site, made once with its house rules."""
        site = db.session.scalars(select(Site).where(Site.kind == "head")).first()
        if site is None:
            site = Site(
                code="head",
                kind="head",
                name_zh="测试工人文化宫",
                name_en="Test Palace",
                seal="工人文宫",
            )
            self.add(site)
            rested = dict.fromkeys(("return_rest_min_minutes", "return_rest_max_minutes"), 0)
            kept = {"unpaid_per_show": 20, "unpaid_percent": 100}  # tests of such rules set them
            self.add(HouseRules(site_id=site.id, **rested, **kept))
        return site

    def rules(self) -> HouseRules:
        """Return the house rules, to be changed by the test."""
        return db.session.get_one(HouseRules, self.site().id)

    def space(self, atoms: Sequence[int] | None = None, capacity: int = 100) -> Space:
        """Return a hall made of `atoms` (default: one of its own)."""
        number = next(NUMBERS)
        parts = atoms or [10_000 + number]
        space = Space(
            site_id=self.site().id,
            code=f"hall-{number}",
            kind="theatre",
            name_zh="大剧场",
            name_en="Grand Theatre",
            capacity=capacity,
            atoms=[Range(atom, atom + 1) for atom in sorted(parts)],
        )
        self.add(space)
        return space

    def plan(
        self, space: Space, rows: Sequence[int], kinds: Mapping[str, SeatType] | None = None
    ) -> SeatingPlan:
        """Return a plan with `rows` seats per row: codes ST-01-01 …, zone A in row 1, B behind."""
        plan = SeatingPlan(space_id=space.id, code=f"plan-{next(NUMBERS)}", drawing=DRAWING)
        self.add(plan)
        kinds = kinds or {}
        places = [
            (row, number) for row, count in enumerate(rows, 1) for number in range(1, count + 1)
        ]
        self.add(*[_seat(plan, ordinal, place, kinds) for ordinal, place in enumerate(places)])
        return plan

    def tier(self, code: str = "free", **values: object) -> Tier:
        """Return the tier with this code, made once: free (members), member (members), public."""
        tier = db.session.scalars(select(Tier).where(Tier.code == code)).first()
        if tier is None:
            given: dict[str, object] = {
                "name_zh": {"free": "免费票", "member": "会员票"}.get(code, "公众票"),
                "name_en": code,
                "qualifies": Qualifies.ANYONE if code == "public" else Qualifies.MEMBER,
                "monthly": code == "free",
                "cap": None,
                "proof_zh": "",
                "proof_en": "",
            }
            tier = Tier(code=code, **(given | values))
            self.add(tier)
        return tier

    def performance(
        self,
        seats: int | Sequence[int] = 2,
        prices: Mapping[str, int] | None = None,
        *,
        quotas: Mapping[str, int] | None = None,
        kinds: Mapping[str, SeatType] | None = None,
        starts_at: datetime | None = None,
        opens_at: datetime | None = None,
        seating: Seating = Seating.SEATED,
        published: bool = True,
        seats_per_member: int = 4,
    ) -> Performance:
        """Return a performance on sale: free for members unless `prices` {tier code: fen} says else."""
        space = self.space()
        rows = [seats] if isinstance(seats, int) else list(seats)
        plan = self.plan(space, rows, kinds) if seating is Seating.SEATED else None
        now = clock.now()
        start = starts_at or now + timedelta(days=7)
        production = Production(
            code=f"show-{next(NUMBERS)}",
            kind="opera",
            title_zh="晋剧《打金枝》",
            title_en="The Golden Branch",
            about_zh="",
            about_en="",
            minutes=120,
        )
        self.add(production)
        performance = Performance(
            production_id=production.id,
            space_id=space.id,
            plan_id=plan.id if plan else None,
            seating=seating,
            capacity=sum(rows),
            seats_per_member=seats_per_member,
            doors_at=start - timedelta(minutes=30),
            starts_at=start,
            ends_at=start + timedelta(minutes=120),
            sale_opens_at=opens_at or min(now, start) - timedelta(days=14),
            sale_closes_at=start,
            published_at=now - timedelta(days=14) if published else None,
        )
        self.add(performance)
        zones = ["A", "B"] if plan else [""]
        for code, amount in (prices or {"free": 0}).items():
            tier = self.tier(code)
            self.add(*[_price(performance, zone, tier, amount) for zone in zones])
        self._quotas(performance, dict(quotas or {}))
        return performance

    def _quotas(self, performance: Performance, quotas: dict[str, int]) -> None:
        if performance.seating is Seating.PLACES:
            quotas.setdefault("house", performance.capacity)
        for name, count in quotas.items():
            quota = Quota(performance_id=performance.id, scope=Scope.HOUSE, seats=count)
            if name.startswith("zone:"):
                quota.scope, quota.zone = Scope.ZONE, name.removeprefix("zone:")
            elif name != "house":
                quota.scope, quota.tier_id = Scope.TIER, self.tier(name).id
            self.add(quota)

    def seats(self, performance: Performance) -> list[PlanSeat]:
        """Return the seats of a performance in plan order."""
        return list(venues.seats(performance.plan_id or 0))

    def unit(
        self,
        name: str = "第一出租汽车公司工会",
        kind: UnitKind = UnitKind.BASIC,
        parent: Unit | None = None,
    ) -> Unit:
        """Return a union, found by its name and its pinyin."""
        unit = Unit(code=f"unit-{next(NUMBERS)}", kind=kind, name_zh=name, pinyin=pinyin_of([name]))
        self.add(unit)
        if parent:
            self.put_below(unit, parent)
        return unit

    def put_below(self, unit: Unit, parent: Unit) -> None:
        """Put a union below a higher one."""
        unit.parent_id, unit.parent_kind = parent.id, parent.kind
        db.session.flush()

    def roster_entry(
        self, name: str = "张建华", phone: str | None = None, **values: object
    ) -> RosterEntry:
        """Return a person on a roster."""
        number = next(NUMBERS)
        entry = RosterEntry(
            unit_id=self.unit().id,
            card_number=f"TY{number:08d}",
            name=name,
            phone=phone or f"139{number:08d}",
            **values,
        )
        self.add(entry)
        return entry

    def listed(self, unit: Unit, name: str = "张建华", **values: object) -> RosterEntry:
        """Return a person on a unit's roster who has no account."""
        entry = self.roster_entry(name, **values)  # type: ignore[arg-type]  # values of an entry
        entry.unit_id, entry.unit = unit.id, unit
        db.session.flush()
        return entry

    def member(
        self, name: str = "张建华", *, valid: bool = True, phone: str | None = None
    ) -> Member:
        """Return a member, on the roster unless `valid` is False."""
        entry = self.roster_entry(name, phone) if valid else None
        phone = phone or (entry.phone if entry else f"138{next(NUMBERS):08d}")
        member = Member(
            phone=phone, name=name, roster_entry_id=entry.id if entry else None, roster_entry=entry
        )
        self.add(member)
        return member

    def opening(
        self, performance: Performance, opens_at: datetime, unit: Unit | None = None
    ) -> Opening:
        """Return an opening for all members, or for a union and what is below it."""
        opening = Opening(
            performance_id=performance.id,
            audience=Audience.UNIT if unit else Audience.MEMBERS,
            unit_id=unit.id if unit else None,
            opens_at=opens_at,
        )
        self.add(opening)
        return opening

    def grant(
        self,
        member: Member,
        performance: Performance | None = None,
        *,
        kind: GrantKind = GrantKind.WHEELCHAIR,
        opens: str | None = None,
        seats: int | None = None,
    ) -> Grant:
        """Return a live grant, for wheelchair places unless it says which it opens."""
        grant = Grant(
            member_id=member.id,
            performance_id=performance.id if performance else None,
            kind=kind,
            reason="test",
            starts_at=datetime(2020, 1, 1, tzinfo=UTC),
            opens=opens,
            seats=seats,
        )
        self.add(grant)
        return grant

    def staff(self, *roles: Role, site: Site | None = None) -> Staff:
        """Return somebody who works at the palace (no usable password), by default an administrator."""
        staff = Staff(login=f"staff-{next(NUMBERS)}", name="王丽", password_hash="!")  # noqa: S106 - not a hash
        self.add(staff)
        for role in roles or (Role.ADMIN,):
            self.post(staff, role, site=site)
        return staff

    def post(
        self,
        who: Member | Staff,
        role: Role,
        *,
        site: Site | None = None,
        unit: Unit | None = None,
    ) -> Post:
        """Return a post somebody has."""
        post = Post(
            staff_id=who.id if isinstance(who, Staff) else None,
            member_id=who.id if isinstance(who, Member) else None,
            role=role,
            site_id=site.id if site else self.site().id if role is Role.SITE_ADMIN else None,
            unit_id=unit.id if unit else None,
            granted_by="system",
            ended_at=None,
        )
        self.add(post)
        return post

    def branch(self) -> Site:
        """Return a branch station with its house rules."""
        self.site()
        number = next(NUMBERS)
        site = Site(
            code=f"branch-{number}",
            kind="branch",
            name_zh="分馆",
            name_en="Branch",
            seal="职工之家",
        )
        self.add(site)
        self.add(HouseRules(site_id=site.id))
        return site

    def sign_in(
        self, client: FlaskClient, person: Member | Staff, *, acting_for: Member | None = None
    ) -> None:
        """Sign a person in on a browser, as the sign-in page would; staff may act for a member."""
        token = secrets.token_urlsafe(32)
        row = SignIn(
            token_hash=hashlib.sha256(token.encode()).digest(),
            member_id=person.id if isinstance(person, Member) else None,
            staff_id=person.id if isinstance(person, Staff) else None,
            proven_at=clock.now(),
            expires_at=clock.now() + timedelta(days=1),
            acting_for=acting_for.id if acting_for else None,
            acting_until=clock.now() + timedelta(minutes=20) if acting_for else None,
        )
        self.add(row)
        with client.session_transaction() as browser:
            browser["_user_id"] = token

    def set_clock(self, instant: datetime | None) -> None:
        """Freeze the database's clock for this transaction (None: let it run again)."""
        value = instant.isoformat() if instant else ""
        db.session.execute(
            text("SELECT set_config('palace.clock', :value, false)"), {"value": value}
        )
        forget(clock.YEAR)

    def tickets(self, performance: Performance) -> list[Ticket]:
        """Return the tickets of a performance."""
        return list(
            db.session.scalars(select(Ticket).where(Ticket.performance_id == performance.id))
        )

    def claims(self, performance: Performance) -> list[Claim]:
        """Return the claims of a performance."""
        return list(db.session.scalars(select(Claim).where(Claim.performance_id == performance.id)))

    def quotas(self, performance: Performance) -> list[Quota]:
        """Return the quotas of a performance."""
        return list(db.session.scalars(select(Quota).where(Quota.performance_id == performance.id)))

    def orders(self, member: Member) -> list[Order]:
        """Return a member's orders."""
        return list(db.session.scalars(select(Order).where(Order.member_id == member.id)))


def _price(performance: Performance, zone: str, tier: Tier, amount: int) -> Price:
    return Price(performance_id=performance.id, zone=zone, tier_id=tier.id, amount=Fen(amount))


def _seat(
    plan: SeatingPlan, ordinal: int, place: tuple[int, int], kinds: Mapping[str, SeatType]
) -> Seat:
    row, number = place
    code = f"ST-{row:02d}-{number:02d}"
    return Seat(
        plan_id=plan.id,
        ordinal=ordinal,
        code=code,
        section="ST",
        row=str(row),
        number=str(number),
        block=0,
        position=number - 1,
        x=55.0 * number,
        y=95.0 * row,
        angle=0.0,
        zone="A" if row == 1 else "B",
        type=kinds.get(code, SeatType.SEAT),
        restricted=False,
        entrance="1L",
        score=100 * row + number,
        label_zh=f"池座{row}排{number}座",
        label_en=f"Stalls row {row} seat {number}",
        door_zh="一层单号门",
        door_en="level 1, odd door",
    )
