"""What is on: productions, performances, and the tiers, prices and quotas they are sold by."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palace.db import COMES_WITH_THE_TABLES, Base, Id, one_of
from palace.money import Fen
from palace.programme.rules import (
    Audience,
    IdentityPolicy,
    LateEntry,
    Qualifies,
    Returns,
    Scope,
    SeatChoice,
    Seating,
)
from palace.venues.models import SeatingPlan, Space


class Partner(Base):
    """An organisation that puts something on together with the palace (合作单位)."""

    __tablename__ = "partners"

    id: Mapped[Id]
    name_zh: Mapped[str] = mapped_column(unique=True)
    name_en: Mapped[str] = mapped_column(server_default="", default="")


class PermitRule(Base):
    """From how many places on a show needs a permit, in spaces of a kind (None: in any)."""

    __tablename__ = "permit_rules"
    __table_args__ = (
        CheckConstraint("from_places >= 0", name="from_places"),
        {"info": {COMES_WITH_THE_TABLES: True}},
    )

    id: Mapped[Id]
    space_kind: Mapped[str | None]
    from_places: Mapped[int]
    name_zh: Mapped[str]
    name_en: Mapped[str]


class Production(Base):
    """A play, concert, film or exhibition that is shown once or more often (剧目).

    Everything people read of it was reviewed: only `palace/productions` writes it, when the review
    has passed. Until then a new one is empty. `site_id` None: the whole palace's.
    """

    __tablename__ = "productions"
    __table_args__ = (
        one_of("late_entry", LateEntry),
        CheckConstraint(
            "(late_entry = 'interval') = (late_minute IS NOT NULL) AND late_minute > 0",
            name="late_minute",
        ),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    title_zh: Mapped[str]
    title_en: Mapped[str]
    about_zh: Mapped[str]
    about_en: Mapped[str]
    minutes: Mapped[int]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"), index=True)
    picture: Mapped[str | None] = mapped_column(ForeignKey("pictures.code"))
    age_zh: Mapped[str] = mapped_column(server_default="", default="")
    age_en: Mapped[str] = mapped_column(server_default="", default="")
    late_entry: Mapped[LateEntry] = mapped_column(
        server_default=LateEntry.ANY_TIME, default=LateEntry.ANY_TIME
    )
    late_minute: Mapped[int | None]
    entry_note_zh: Mapped[str] = mapped_column(server_default="", default="")
    entry_note_en: Mapped[str] = mapped_column(server_default="", default="")
    permit_number: Mapped[str] = mapped_column(server_default="", default="")
    permit_authority: Mapped[str] = mapped_column(server_default="", default="")
    permit_until: Mapped[date | None]
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partners.id"))
    partner: Mapped[Partner | None] = relationship()


class Performance(Base):
    """One date of a production (场次); it takes its hall from get-in to get-out.

    `published_at` None: nobody but staff sees it. `seats_per_member`, `no_single_gap` and
    `gifts_per_ticket` (so often a ticket may be given on) are frozen from the house rules.
    `one_per_identity`: one document, one ticket. `sale_opens_at` is the public opening, `openings` lets
    some in before. `uid` names it in calendars; the database raises `revision` when something the
    public reads of it changes, title and hall included. `moved_at` is when it was last moved to another
    time or hall, and until `return_until` tickets go back because of that. `occupancy_id` is unique by an
    index with a condition: as a key it would let a show that changes halls wait for all who book.
    """

    __tablename__ = "performances"
    __table_args__ = (
        one_of("seating", Seating),
        one_of("choice", SeatChoice),
        one_of("identity_policy", IdentityPolicy),
        CheckConstraint(
            "identity_policy <> 'none' OR NOT one_per_identity", name="one_per_identity"
        ),
        CheckConstraint("starts_at < ends_at", name="span"),
        CheckConstraint("sale_opens_at < sale_closes_at", name="sale"),
        CheckConstraint("capacity >= 0 AND seats_per_member > 0", name="capacity"),
        CheckConstraint("gifts_per_ticket >= 0", name="gifts_per_ticket"),
        CheckConstraint("(seating = 'seated') = (plan_id IS NOT NULL)", name="plan"),
        Index(None, "starts_at", "id"),
        Index(None, "occupancy_id", unique=True, postgresql_where=text("occupancy_id IS NOT NULL")),
    )

    id: Mapped[Id]
    production_id: Mapped[int] = mapped_column(ForeignKey("productions.id"), index=True)
    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"), index=True)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("seating_plans.id"))
    occupancy_id: Mapped[int | None] = mapped_column(ForeignKey("occupancies.id"))
    seating: Mapped[Seating]
    capacity: Mapped[int]
    seats_per_member: Mapped[int]
    doors_at: Mapped[datetime]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    sale_opens_at: Mapped[datetime]
    sale_closes_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    moved_at: Mapped[datetime | None]
    return_until: Mapped[datetime | None]
    ladder_id: Mapped[int | None] = mapped_column(ForeignKey("ladders.id"))
    identity_policy: Mapped[IdentityPolicy] = mapped_column(
        server_default=IdentityPolicy.NONE, default=IdentityPolicy.NONE
    )
    one_per_identity: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    no_single_gap: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    gifts_per_ticket: Mapped[int] = mapped_column(server_default=text("1"), default=1)
    choice: Mapped[SeatChoice] = mapped_column(
        server_default=SeatChoice.FREE, default=SeatChoice.FREE
    )
    revision: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    agenda_revision: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    changed_at: Mapped[datetime] = mapped_column(server_default=text("palace_clock()"))
    uid: Mapped[UUID] = mapped_column(server_default=text("gen_random_uuid()"))
    production: Mapped[Production] = relationship(lazy="joined", innerjoin=True)
    space: Mapped[Space] = relationship(lazy="joined", innerjoin=True)
    plan: Mapped[SeatingPlan | None] = relationship()


class Opening(Base):
    """When some may book before the public: a union with all below it, or all valid members."""

    __tablename__ = "openings"
    __table_args__ = (
        one_of("audience", Audience),
        CheckConstraint("(audience = 'unit') = (unit_id IS NOT NULL)", name="unit"),
        UniqueConstraint(
            "performance_id", "audience", "unit_id", postgresql_nulls_not_distinct=True
        ),
    )

    id: Mapped[Id]
    performance_id: Mapped[int] = mapped_column(ForeignKey("performances.id"))
    audience: Mapped[Audience]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    opens_at: Mapped[datetime]


class Tier(Base):
    """A kind of ticket (票种): who qualifies, what the door asks for, who bears the subsidy.

    `cap`: tickets of this tier one member may have at one performance; `monthly`: whether they
    count towards the free tickets of the month. `ended_at`: no new performance is sold by it.
    """

    __tablename__ = "tiers"
    __table_args__ = (one_of("qualifies", Qualifies), CheckConstraint("cap > 0", name="cap"))

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    qualifies: Mapped[Qualifies]
    cap: Mapped[int | None]
    monthly: Mapped[bool]
    proof_zh: Mapped[str]
    proof_en: Mapped[str]
    fund: Mapped[str | None]
    ended_at: Mapped[datetime | None]


class Price(Base):
    """What a tier pays in a zone of a performance; places without seats have the zone ''."""

    __tablename__ = "prices"
    __table_args__ = (
        UniqueConstraint("performance_id", "zone", "tier_id"),
        CheckConstraint("amount >= 0", name="amount"),
    )

    id: Mapped[Id]
    performance_id: Mapped[int] = mapped_column(ForeignKey("performances.id"))
    zone: Mapped[str]
    tier_id: Mapped[int] = mapped_column(ForeignKey("tiers.id"))
    amount: Mapped[Fen]
    tier: Mapped[Tier] = relationship(lazy="joined", innerjoin=True)


class Quota(Base):
    """At most `seats` live claims in a scope of a performance; locked last, counted live."""

    __tablename__ = "quotas"
    __table_args__ = (
        one_of("scope", Scope),
        UniqueConstraint(
            "performance_id", "scope", "tier_id", "zone", postgresql_nulls_not_distinct=True
        ),
        CheckConstraint("seats >= 0", name="seats"),
        CheckConstraint("(scope = 'tier') = (tier_id IS NOT NULL)", name="tier"),
        CheckConstraint("(scope = 'zone') = (zone IS NOT NULL)", name="zone"),
    )

    id: Mapped[Id]
    performance_id: Mapped[int] = mapped_column(ForeignKey("performances.id"))
    scope: Mapped[Scope]
    tier_id: Mapped[int | None] = mapped_column(ForeignKey("tiers.id"))
    zone: Mapped[str | None]
    seats: Mapped[int]


class Package(Base):
    """Performances that are sold together (套票): how many places, when, at most how many to a member.

    `members_open_at`: valid members may book before the public. `singly`: its shows are also sold one
    by one; if not, only together. `returns`: whether one of its tickets goes back alone, or all at once.
    """

    __tablename__ = "packages"
    __table_args__ = (
        one_of("returns", Returns),
        CheckConstraint("seats > 0 AND seats_per_member > 0", name="seats"),
        CheckConstraint("opens_at < closes_at AND members_open_at < opens_at", name="sale"),
    )

    id: Mapped[Id]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    seats: Mapped[int]
    seats_per_member: Mapped[int]
    opens_at: Mapped[datetime]
    members_open_at: Mapped[datetime | None]
    closes_at: Mapped[datetime]
    singly: Mapped[bool]
    returns: Mapped[Returns]
    published_at: Mapped[datetime | None]


class PackageShow(Base):
    """A performance of a package, and from which zone its places are (None: from any)."""

    __tablename__ = "package_shows"

    package_id: Mapped[int] = mapped_column(ForeignKey("packages.id"), primary_key=True)
    performance_id: Mapped[int] = mapped_column(
        ForeignKey("performances.id"), primary_key=True, index=True
    )
    zone: Mapped[str | None]


class PackagePrice(Base):
    """What a place of a package costs at one of its shows, by tier: the parts are the package's price."""

    __tablename__ = "package_prices"
    __table_args__ = (
        ForeignKeyConstraint(
            ["package_id", "performance_id"],
            ["package_shows.package_id", "package_shows.performance_id"],
        ),
        CheckConstraint("amount >= 0", name="amount"),
    )

    package_id: Mapped[int] = mapped_column(primary_key=True)
    performance_id: Mapped[int] = mapped_column(primary_key=True)
    tier_id: Mapped[int] = mapped_column(ForeignKey("tiers.id"), primary_key=True)
    amount: Mapped[Fen]
