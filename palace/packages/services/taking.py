"""Taking places of a package: every show of it or none, in one transaction.

Locks: the command's key, the member, then show by show in the order of their ids (the show's key, its
seats, its quotas), the package last. Whoever books one show only takes a part of that order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from palace import clock, commands
from palace.clock import palace_day
from palace.db import db
from palace.errors import NotFound, PalaceError
from palace.members import queries as members
from palace.members.rules import Known, Standing
from palace.packages import claims, queries, rules
from palace.packages.errors import NotOffered, ShowRefused, told
from palace.packages.rules import Price
from palace.programme.models import Package, Performance
from palace.programme.rules import IdentityPolicy, opening
from palace.security import public_code
from palace.statements import execute_all
from palace.tickets.errors import NotForYou, SoldOut, TierFull
from palace.tickets.models import PackageOrder
from palace.tickets.rules import Channel, Wish, check_on_sale
from palace.tickets.services.hold import hold_by
from palace.tickets.terms import Terms, terms_of

Shows = Sequence[tuple[Performance, str | None]]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """How many places somebody wants, in which tier (None: the cheapest theirs), and how it is done."""

    count: int
    tier: str | None = None
    confirm: bool = False
    large_text: bool = False
    at_counter: bool = False


def take(member: Known, package_id: int, asked: Asked, *, key: str) -> PackageOrder:
    """Hold places at every show of a package, each show's own best together; all or nothing.

    `confirm` settles a free one at once, unless a show asks who comes.

    Raises:
        SaleNotOpen, SaleClosed, TooManyPackages, NotOffered: the package's own rules refuse.
        ShowRefused: a show's rules refuse, or it has not so many; carries why.
        PackageFull: so many packages are not left.
        NotFound: there is none.
    """
    code = public_code()
    actor, command = f"member:{member.id}", f"package:{package_id}"
    body = repr((asked.count, asked.tier, asked.confirm))
    key_taken = commands.taking(actor, command, key, body=body, answer=code)
    taken, locked = execute_all(key_taken, (members.LOCK, {"member_id": member.id}))
    first = commands.first_of(key_taken, taken)
    if first != code:
        return queries.order_of(member.id, first)
    if not locked:
        raise NotFound
    package, now = queries.published(package_id), clock.now()
    _check(member, package, asked.count, now)
    order = PackageOrder(
        code=code,
        package_id=package.id,
        member_id=member.id,
        seat_count=asked.count,
        created_at=now,
    )
    db.session.add(order)
    db.session.flush()
    _take_by_some_tier(member, order, asked)
    claims.check_left(package.id, asked.count)
    return order


def _check(member: Known, package: Package, count: int, now: datetime) -> None:
    check_on_sale(
        now=now,
        opens_at=opens_at(package, member, now),
        closes_at=package.closes_at,
        starts_at=package.closes_at,
    )
    held = queries.taken(package.id, member.id)
    rules.check_limit(held=held, wanted=count, limit=package.seats_per_member)


def opens_at(package: Package, member: Known | None, now: datetime) -> datetime:
    """Return when a package opens for somebody; its shows may open for them later."""
    valid = member is not None and member.standing(palace_day(now)) is Standing.VALID
    return opening(package.opens_at, package.members_open_at, valid=valid)


def _take_by_some_tier(member: Known, order: PackageOrder, asked: Asked) -> None:
    """Take every show in the tier asked for, or in the cheapest that has room at all of them."""
    offered = [
        price for price in queries.prices(order.package_id) if asked.tier in (None, price.code)
    ]
    shows = sorted(queries.shows(order.package_id), key=lambda show: show[0].id)
    refused: PalaceError = NotOffered()
    for price in offered:
        try:
            with db.session.begin_nested():
                return _take(member, order, asked, price, shows)
        except ShowRefused as refusal:
            refused = refusal
            if not _by_tier(refusal.why):
                raise
    raise refused


def _by_tier(why: PalaceError) -> bool:
    """Return whether another tier may do."""
    full = isinstance(why, SoldOut) and why.values["tier_id"] is not None
    return full or isinstance(why, NotForYou | TierFull)


def _take(member: Known, order: PackageOrder, asked: Asked, price: Price, shows: Shows) -> None:
    asks_who = any(show.identity_policy is not IdentityPolicy.NONE for show, _ in shows)
    at_once = asked.confirm and not price.total and not asks_who
    for show, zone in shows:
        wish = Wish(count=asked.count, zone=zone, tier=price.code, package=True)
        try:
            terms = _terms(member, show.id, price, at_counter=asked.at_counter)
            hold_by(
                member,
                wish,
                terms,
                public_code(),
                confirm=at_once,
                large_text=asked.large_text,
                channel=Channel.ACTING if asked.at_counter else Channel.ONLINE,
                package_order_id=order.id,
            )
        except PalaceError as why:
            raise _told(why, show) from None


def _terms(member: Known, performance_id: int, price: Price, *, at_counter: bool) -> Terms:
    """Return what holds at a show, its tier at the package's price; counts see the shows before it."""
    terms = terms_of(member, performance_id, at_counter=at_counter)
    part = price.parts[performance_id]
    offers = [
        replace(offer, in_package=part) if offer.tier.id == price.tier_id else offer
        for offer in terms.offers
    ]
    return replace(terms, offers=offers)


def _told(why: PalaceError, show: Performance) -> ShowRefused:
    return ShowRefused(why, **told(show), performance_id=show.id)
