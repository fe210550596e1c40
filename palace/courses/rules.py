"""Who may have a place in which class: plain values in, every failed rule out. All figures are rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from palace.courses.errors import Failure
from palace.courses.states import Channel
from palace.members.rules import Known
from palace.money import FREE, Fen
from palace.text import N_

DAY = timedelta(days=1)
GRACE = timedelta(minutes=1)
"""So long money that was on its way in time is still waited for, beyond the deadline that is shown."""

KEPT_BY_JOINING = {"closed"}
"""Rules that who is offered a place kept when they joined the queue."""


@dataclass(frozen=True, kw_only=True)
class Excuse:
    """Who of the palace lets somebody in beyond a rule, and why."""

    by: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A place in a class that somebody wants: for themselves, or for one of those they keep.

    `guardian`: they consent now, as the guardian of a child. `born_on`: as a grown-up says, whose birthday
    is kept nowhere. `offer_id`: the wait whose offer is taken.
    """

    offering_id: int
    member: Known
    companion_id: int | None = None
    channel: Channel = Channel.ONLINE
    excused: Excuse | None = None
    guardian: bool = False
    born_on: date | None = None
    offer_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Taken:
    """How many places of a class are given out at one instant, offers among them, and who waits.

    `online`: those of `live` that were given out online.
    """

    live: int = 0
    online: int = 0
    waiting: int = 0
    waiting_in_person: int = 0


@dataclass(frozen=True)
class Named:
    """What something is called in both languages."""

    name_zh: str
    name_en: str


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What holds for a wish at one instant, read after the locks.

    `late_until` None: no session is planned. `age` None: not known, so `grown_up` or older.
    `in_course`: of other classes of the course in this term. `ends_at`: of the last session.
    """

    now: datetime
    today: date
    shown: bool
    cancelled: bool
    opens_at: datetime
    public_opens_at: datetime
    closes_at: datetime
    late_until: datetime | None
    places: int
    in_person: int
    in_person_until: datetime | None
    taken: Taken
    member_fee: Fen
    public_fee: Fen | None
    material_fee: Fen
    per_term: int
    is_member: bool = True
    barred_until: date | None = None
    age: int | None = None
    min_age: int | None = None
    max_age: int | None = None
    grown_up: int = 18
    prerequisite: Named | None = None
    finished: bool = True
    in_class: int = 0
    in_course: int = 0
    in_term: int = 0
    ends_at: datetime | None = None
    overlaps: object | None = None
    needs_consent: bool = False

    @property
    def fee(self) -> Fen:
        """Return what this person pays, without material; who is let in among members only, as they do."""
        return self.member_fee if self.is_member or self.public_fee is None else self.public_fee

    @property
    def is_taught(self) -> bool:
        """Return whether the last session is over."""
        return self.ends_at is not None and self.now >= self.ends_at

    @property
    def asks_age(self) -> bool:
        """Return whether grown-ups have to say when they were born: some of them are too young or old."""
        some_too_old = self.max_age is not None and self.max_age >= self.grown_up
        return self.age is None and (some_too_old or (self.min_age or 0) > self.grown_up)

    @property
    def kept(self) -> int:
        """Return how many places are kept for who comes in person, now."""
        return self.in_person if is_kept(self.in_person_until, self.now) else 0

    def free(self, channel: Channel) -> int:
        """Return how many places somebody may still take this way."""
        return free_places(self.places, self.kept, self.taken, channel)


def is_kept(until: datetime | None, now: datetime) -> bool:
    """Return whether places are kept for who comes in person; at the instant itself no more."""
    return until is not None and now < until


def free_places(places: int, kept: int, taken: Taken, channel: Channel) -> int:
    """Return how many places are free for a channel, `kept` of them being for who comes in person."""
    free = places - taken.live
    if channel is Channel.ONLINE:
        free = min(free, places - kept - taken.online)
    return max(0, free)


def failed_rules(wish: Wish, facts: Facts) -> list[Failure]:
    """Return every rule that a wish does not keep, without those somebody excuses it from."""
    found = [
        *_of_class(facts),
        *_of_places(wish, facts),
        *_of_person(wish, facts),
        *_of_caps(facts),
    ]
    if wish.offer_id is not None:
        found = [one for one in found if one.code not in KEPT_BY_JOINING]
    return [one for one in found if not (wish.excused and one.excusable)]


def _of_class(facts: Facts) -> Iterator[Failure]:
    if facts.cancelled:
        yield Failure("class_cancelled", N_("这个班取消了。"))
        return
    if not facts.shown:
        yield Failure("not_shown", N_("这个班还没有公布。"))
    yield from _of_opening(facts)
    late = not facts.is_taught  # of what is over, nobody excuses anybody
    if facts.now >= facts.closes_at:
        yield Failure("closed", N_("报名已在%(at)s截止。"), {"at": facts.closes_at}, excusable=late)
    elif facts.late_until is None or facts.now >= facts.late_until:
        yield Failure("too_late", N_("课已经上了几次，不再收人了。"), excusable=late)


def _of_opening(facts: Facts) -> Iterator[Failure]:
    opens_at = facts.opens_at
    if not facts.is_member:
        if facts.public_fee is None:
            yield Failure("members_only", N_("这个班只收核对过的工会会员。"), excusable=True)
        else:
            opens_at = facts.public_opens_at
    if facts.now < opens_at:
        yield Failure("not_open", N_("%(at)s开始报名。"), {"at": opens_at})


def _of_places(wish: Wish, facts: Facts) -> Iterator[Failure]:
    if wish.offer_id is not None:
        return
    if not facts.free(wish.channel):
        kept = facts.kept and facts.free(Channel.COUNTER)
        yield (
            Failure(
                "kept_in_person",
                N_("网上的名额满了。还有几个名额留给到馆报名的人，%(until)s放开。"),
                {"until": facts.in_person_until},
            )
            if kept
            else Failure("full", N_("这个班的名额满了。"))
        )
    elif others_wait(facts, wish.channel):
        yield Failure("others_wait", N_("有人在排队，空出来的名额先给他们。可以一起排队。"))


def others_wait(facts: Facts, channel: Channel) -> bool:
    """Return whether what is free this way is for people who wait; kept places only for those in person."""
    online_is_free = facts.free(Channel.ONLINE) > 0
    waiting = facts.taken.waiting if online_is_free else facts.taken.waiting_in_person
    return facts.free(channel) > 0 and waiting > 0


def _of_person(wish: Wish, facts: Facts) -> Iterator[Failure]:
    if facts.barred_until and facts.today < facts.barred_until:
        yield Failure(
            "barred", N_("%(until)s前不能新报名，已报的照常上课。"), {"until": facts.barred_until}
        )
    yield from _of_age(facts)
    if facts.prerequisite is not None and not facts.finished:
        yield Failure(
            "prerequisite",
            N_("要先学完《%(course)s》。"),
            {"course": facts.prerequisite},
            excusable=True,
        )
    if facts.needs_consent and not wish.guardian:
        yield Failure("consent_needed", N_("不满14岁的孩子，要监护人勾选同意。"))


def _of_age(facts: Facts) -> Iterator[Failure]:
    age = facts.grown_up if facts.age is None else facts.age
    if facts.asks_age:
        yield Failure("age_unknown", N_("这个班有年龄要求，请填出生日期。"), excusable=True)
    elif facts.min_age is not None and age < facts.min_age:
        least = {"least": facts.min_age}
        yield Failure("too_young", N_("开课那天要满%(least)s岁。"), least, excusable=True)
    elif facts.max_age is not None and age > facts.max_age:
        most = {"most": facts.max_age}
        yield Failure("too_old", N_("开课那天不能超过%(most)s岁。"), most, excusable=True)


def _of_caps(facts: Facts) -> Iterator[Failure]:
    if facts.in_class:
        yield Failure("enrolled_before", N_("这个班已经报上了，不用再报。"))
        return
    if facts.in_course:
        yield Failure(
            "one_per_course",
            N_("同一门课一学期报一个班。想换班，请到已报的班里换。"),
            excusable=True,
        )
    if facts.overlaps is not None:
        other = {"course": facts.overlaps}
        yield Failure("overlaps", N_("和您报过的《%(course)s》时间撞了。"), other, excusable=True)
    if facts.in_term >= facts.per_term:
        most = {"most": facts.per_term}
        yield Failure("too_many", N_("一个人一学期最多报%(most)s个班。"), most, excusable=True)


def late_until(starts: Sequence[datetime], ends_at: datetime | None, late: int) -> datetime | None:
    """Return until when somebody may still come to a class; None: it has no session.

    That is the start of the session after so many, or the end of the last.
    """
    return sorted(starts)[late] if late < len(starts) else ends_at


def pay_by(now: datetime, hours: int, last: datetime | None) -> datetime:
    """Return until when a place waits for its money: so many hours, never past the last session."""
    due = now + timedelta(hours=hours)
    return min(due, last) if last is not None and last > now else due


def free_until(
    starts: Sequence[datetime], *, days: int, trial: int, ends_at: datetime | None
) -> datetime | None:
    """Return until when the fee is given back to who withdraws; None: no session is planned yet.

    So many days before the first session, or, where sessions may be tried, until the one after those.
    """
    if not starts:
        return None
    tried = late_until(starts, ends_at, trial) if trial else None
    before = min(starts) - DAY * days
    return max(before, tried) if tried is not None else before


def given_back(
    fee: Fen,
    material_fee: Fen,
    *,
    until: datetime | None,
    bought_at: datetime | None,
    now: datetime,
) -> Fen:
    """Return what somebody gets back who withdraws now: the fee in time, material until it is bought."""
    of_fee = fee if until is None or now <= until else FREE
    of_material = material_fee if bought_at is None or now < bought_at else FREE
    return Fen(of_fee + of_material)
