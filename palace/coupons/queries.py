"""Which coupons there are, how many are left, who has which; never writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    LargeBinary,
    any_,
    bindparam,
    case,
    exists,
    func,
    select,
)

from palace import words
from palace.clock import SHANGHAI, month_of
from palace.coupons.models import Coupon, CouponPool
from palace.coupons.rules import STANDS, Stand
from palace.db import db, table_of
from palace.errors import NotFound
from palace.lists.queries import Column, List
from palace.lists.rules import Kind
from palace.members.models import Unit
from palace.members.posts import AT_PROGRAMME
from palace.members.rules import SignedIn
from palace.once import read_lately
from palace.programme.models import Partner
from palace.sealing import KEY_ID
from palace.text import N_
from palace.venues.queries import Sites, at_sites

FRESH = 10.0  # seconds
ANY_POOL = select(exists(select(CouponPool.id)))
TODAY = func.date(func.timezone(SHANGHAI.key, func.palace_clock()))


@dataclass(frozen=True)
class Offered:
    """A pool that is shown to members, and how many of its codes are nobody's."""

    pool: CouponPool
    left: int
    total: int


@dataclass(frozen=True)
class Had:
    """How many coupons a member has taken: of each pool, and in this month of all."""

    by_pool: dict[int, int]
    of_month: int


@dataclass(frozen=True)
class Figures:
    """A pool in figures: codes it was given, handed out, said to be used by their members."""

    total: int
    taken: int
    used: int

    @property
    def left(self) -> int:
        """Return how many are nobody's."""
        return self.total - self.taken


def has_pools() -> bool:
    """Return whether this house ever had coupons, else no page speaks of them; read once in ten seconds."""
    return read_lately("coupons", FRESH, lambda: db.session.scalar(ANY_POOL) or False)


def on_offer(today: date) -> list[Offered]:
    """Return the pools with codes that are not over or stopped, the next to be over first."""
    free = func.count().filter(Coupon.member_id.is_(None))
    counts = select(Coupon.pool_id, free.label("free"), func.count().label("total"))
    counted = counts.group_by(Coupon.pool_id).subquery()
    wanted = (
        select(CouponPool, counted.c.free, counted.c.total)
        .join(counted, counted.c.pool_id == CouponPool.id)
        .where(CouponPool.valid_until >= today, CouponPool.stopped_at.is_(None))
        .order_by(CouponPool.valid_until, CouponPool.id)
    )
    return [Offered(*row) for row in db.session.execute(wanted)]


def fresh(pool_id: int) -> CouponPool:
    """Return a pool as it stands now, for who wants a code of it.

    Raises:
        NotFound: there is none.
    """
    found = db.session.get(CouponPool, pool_id, populate_existing=True)
    if found is None:
        raise NotFound
    return found


def had(member_id: int, now: datetime) -> Had:
    """Return how many coupons a member has taken."""
    this_month = func.count().filter(month_of(Coupon.taken_at) == month_of(now))
    wanted = select(Coupon.pool_id, func.count(), this_month).where(Coupon.member_id == member_id)
    rows = db.session.execute(wanted.group_by(Coupon.pool_id)).all()
    return Had({row[0]: row[1] for row in rows}, sum(row[2] for row in rows))


def coupons_of(member_id: int) -> Sequence[Coupon]:
    """Return a member's coupons, newest first."""
    wanted = select(Coupon).where(Coupon.member_id == member_id)
    return db.session.scalars(wanted.order_by(Coupon.taken_at.desc(), Coupon.id.desc())).all()


def coupon_of(member_id: int, receipt: str) -> Coupon:
    """Return a member's coupon.

    Raises:
        NotFound: it is not theirs, or there is none.
    """
    wanted = select(Coupon).where(Coupon.receipt == receipt, Coupon.member_id == member_id)
    found = db.session.scalars(wanted).first()
    if found is None:
        raise NotFound
    return found


def known_marks(marks: Sequence[bytes]) -> set[bytes]:
    """Return which of these marks the palace has already."""
    among = any_(bindparam("marks", list(marks), ARRAY(LargeBinary)))
    return set(db.session.scalars(select(Coupon.mark).where(Coupon.mark == among)))


def has_codes(key_id: str) -> bool:
    """Return whether a code is sealed with a key of the keys file."""
    sealed = func.substr(Coupon.sealed, 1, KEY_ID) == bytes.fromhex(key_id)
    return bool(db.session.scalar(select(exists().where(sealed))))


def of_sites(sites: Sites) -> ColumnElement[bool]:
    """Return the condition that a pool is these houses' own; None: any."""
    return at_sites(CouponPool.site_id, sites)


def get_pool(pool_id: int, sites: Sites) -> CouponPool:
    """Return a pool of these houses.

    Raises:
        NotFound: there is none, or it is another house's.
    """
    wanted = select(CouponPool).where(CouponPool.id == pool_id, of_sites(sites))
    found = db.session.scalars(wanted).first()
    if found is None:
        raise NotFound
    return found


def pool_by_code(code: str) -> CouponPool:
    """Return the pool with this code.

    Raises:
        NoResultFound: there is none.
    """
    return db.session.scalars(select(CouponPool).where(CouponPool.code == code)).one()


def figures(pool_id: int) -> Figures:
    """Return a pool in figures."""
    wanted = select(func.count(), func.count(Coupon.taken_at), func.count(Coupon.used_at))
    return Figures(*db.session.execute(wanted.where(Coupon.pool_id == pool_id)).one())


def partner_names() -> list[str]:
    """Return the organisations there are, to choose from."""
    return list(db.session.scalars(select(Partner.name_zh).order_by(Partner.name_zh)))


def _here(actor: SignedIn) -> ColumnElement[bool]:
    return of_sites(actor.sites(*AT_PROGRAMME))


def _counted(of: ColumnElement[bool]) -> ColumnElement[int]:
    wanted = select(func.count()).where(Coupon.pool_id == CouponPool.id, of)
    return wanted.correlate(CouponPool).scalar_subquery()


IS_OVER = CouponPool.valid_until < TODAY
FREE = _counted(Coupon.member_id.is_(None))
STAND = case(
    (IS_OVER, Stand.OVER.value),
    (CouponPool.stopped_at.is_not(None), Stand.STOPPED.value),
    (CouponPool.opens_at > func.palace_clock(), Stand.NOT_OPEN.value),
    else_=Stand.OPEN.value,
)
POOLS = List(
    endpoint="coupons.pools",
    title=N_("优惠券"),
    source=table_of(CouponPool).join(table_of(Partner), Partner.id == CouponPool.partner_id),
    key=CouponPool.id,
    order="-number",
    template="coupons/pools.html",
    scope=_here,
    more=[CouponPool.worth_en, Partner.name_en.label("name_en"), Partner.name_zh.label("name_zh")],
    columns=[
        Column(
            name="worth_zh",
            heading=N_("优惠券"),
            of=CouponPool.worth_zh,
            filters=True,
            say=lambda row: words.named(row, "worth"),
            link=lambda row: url_for("coupons.pool", pool_id=row.number),
        ),
        Column(
            name="partner",
            heading=N_("合作单位"),
            of=Partner.name_zh,
            filters=True,
            say=words.named,
        ),
        Column(
            name="stand",
            heading=N_("状态"),
            of=STAND,
            kind=Kind.WORD,
            choices={stand.value: said for stand, said in STANDS.items()},
            filters=True,
        ),
        Column(
            name="taken",
            heading=N_("发出"),
            of=_counted(Coupon.member_id.is_not(None)),
            kind=Kind.NUMBER,
        ),
        Column(
            name="left", heading=N_("还剩"), of=case((IS_OVER, 0), else_=FREE), kind=Kind.NUMBER
        ),
        Column(
            name="lapsed",
            heading=N_("没发出就到期"),
            of=case((IS_OVER, FREE), else_=0),
            kind=Kind.NUMBER,
        ),
        Column(
            name="opens_at", heading=N_("几点开始领"), of=CouponPool.opens_at, kind=Kind.INSTANT
        ),
        Column(
            name="valid_until", heading=N_("有效期到"), of=CouponPool.valid_until, kind=Kind.DAY
        ),
        Column(name="number", heading=N_("编号"), of=CouponPool.id, kind=Kind.NUMBER, sorts=True),
    ],
    empty=N_("还没有优惠券。"),
)
BY_UNIT = (
    select(
        Coupon.pool_id,
        func.min(Coupon.id).label("first"),
        Unit.name_zh.label("unit"),
        func.count().label("taken"),
        func.count(Coupon.used_at).label("used"),
    )
    .outerjoin(Unit, Unit.id == Coupon.unit_id)
    .where(Coupon.member_id.is_not(None))
    .group_by(Coupon.pool_id, Unit.id)
    .subquery()
)


def _of_pool(actor: SignedIn, pool_id: int) -> ColumnElement[bool]:
    get_pool(pool_id, actor.sites(*AT_PROGRAMME))
    return BY_UNIT.c.pool_id == pool_id


UNITS = List(
    endpoint="coupons.units",
    title=N_("优惠券发给了哪些单位"),
    source=BY_UNIT,
    key=BY_UNIT.c.first,
    order="-taken",
    scope=_of_pool,
    columns=[
        Column(name="unit", heading=N_("单位"), of=BY_UNIT.c.unit, filters=True, nullable=True),
        Column(name="taken", heading=N_("发出"), of=BY_UNIT.c.taken, kind=Kind.NUMBER, sorts=True),
        Column(name="used", heading=N_("会员说用了"), of=BY_UNIT.c.used, kind=Kind.NUMBER),
    ],
    empty=N_("还没有人领。"),
)
