"""A partner's codes come in, each sealed: nobody but who takes one reads it afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from palace import clock, sealing
from palace.coupons import claims, queries, rules
from palace.coupons.errors import CodesMissing, CouponsOver
from palace.coupons.models import Coupon, CouponPool
from palace.coupons.reading import Numbered
from palace.coupons.rules import Line, Outcome
from palace.members.services import note
from palace.security import Key, keys


@dataclass(frozen=True)
class Read:
    """The lines of a list, and how many codes of them came in (None: nobody said they should)."""

    lines: Sequence[Line]
    brought: int | None = None

    @property
    def good(self) -> list[Line]:
        """Return the lines whose codes may come in, or did."""
        return [one for one in self.lines if one.outcome is Outcome.GOOD]

    @property
    def wrong(self) -> list[Line]:
        """Return the other lines."""
        return [one for one in self.lines if one.outcome is not Outcome.GOOD]


def look(pool: CouponPool, numbered: Sequence[Numbered]) -> Read:
    """Say of each line whether its code may come in; nothing is kept.

    Raises:
        CodesMissing: there is no line.
    """
    lines = rules.read_lines(numbered)
    if not lines:
        raise CodesMissing
    good = [one.code for one in lines if one.outcome is Outcome.GOOD]
    marks = {_mark(pool, code, key): code for key in keys().all(sealing.PURPOSE) for code in good}
    known = {marks[mark] for mark in queries.known_marks(list(marks))}
    return Read(rules.beside_known(lines, known))


def bring_in(pool_id: int, numbered: Sequence[Numbered]) -> Read:
    """Take the good codes of a list in; the others are told, line by line. Done twice it changes nothing.

    Raises:
        CodesMissing: there is no line.
        CouponsOver: the partner takes codes of this pool no more.
    """
    pool = claims.lock_pool(pool_id)
    check_not_over(pool)
    read, key = look(pool, numbered), keys().active(sealing.PURPOSE)
    marks = {_mark(pool, one.code, key): one.code for one in read.good}
    new = claims.add(
        pool.id, {mark: sealing.sealed(code.encode(), _place(mark)) for mark, code in marks.items()}
    )
    if new:
        note("coupon_codes_added", f"coupon_pool:{pool.id}", after={"codes": len(new)})
    first = {marks[mark] for mark in marks.keys() - new}
    return replace(read, lines=rules.beside_known(read.lines, first), brought=len(new))


def opened(coupon: Coupon) -> str | None:
    """Return the code of a coupon, for its member; None: it was deleted, or its key is lost."""
    found = sealing.opened(coupon.sealed, _place(coupon.mark)) if coupon.sealed else None
    return found.decode() if found is not None else None


def check_not_over(pool: CouponPool) -> None:
    """Refuse to change or fill a pool whose last day has passed.

    Raises:
        CouponsOver.
    """
    if pool.valid_until < clock.palace_day(clock.now()):
        raise CouponsOver(valid_until=pool.valid_until)


def _mark(pool: CouponPool, code: str, key: Key) -> bytes:
    """Return what stands for a code: two partners may have the same."""
    return key.mac(f"coupon:{pool.partner_id}:{code}")


def _place(mark: bytes) -> str:
    return f"coupon:{mark.hex()}"
