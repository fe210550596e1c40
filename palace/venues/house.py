"""The rules of a house: one row per site, every figure with what it means."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import (
    ARRAY,
)
from sqlalchemy.orm import Mapped, mapped_column

from palace.db import Base, one_of
from palace.money import Fen
from palace.venues.rules import Mode


class HouseRules(Base):
    """The rules of the house, one row per site; every figure may be changed by its people.

    Their words, units and the bounds of their page stand in `figures.py`; the head's row holds.

    Attributes:
        seats_per_member: seats one member may have at one performance.
        free_per_month: free tickets one member may have in a Shanghai month of shows.
        hold_minutes, hold_minutes_large_text: how long chosen seats are held online.
        extension_minutes: what the one extension of a hold adds.
        pay_before_minutes: unpaid seats lapse this long before curtain-up (到场付款).
        few_left_percent: at or below this share of free seats a show is 快满了.
        return_before_minutes: members return tickets until this long before curtain-up.
        code_per_phone_minute, code_per_phone_hour, code_per_phone_day: sign-in codes one number gets.
        code_per_address_hour: codes asked for from one address; many phones share a carrier's.
        code_per_day: codes the palace pays for in a day, all numbers together.
        code_per_day_for_known: of these, kept for numbers of members and rosters.
        challenge_keep_days, command_key_keep_days, notice_keep_days: how long sign-in codes asked for,
            idempotency keys and sent notices are kept before the hourly tidying forgets them; the
            figures of a day count challenges, so these are kept for a day at least.
        retired_are_members: whether the retired of a roster have the rights of the active.
        roster_file_mb: the largest roster that may be uploaded, in megabytes.
        roster_leave_percent: a complete list that lets more of a roster leave is asked about again.
        roster_confirmed_days: whom a unit confirmed so long before a complete list came, and it does
            not name yet, does not leave.
        roster_keep_days: how long an uploaded roster's file and its row errors are kept.
        second_factor_roles: staff with one of these posts sign in with a code beside the password.
        proof_minutes: so long after somebody proved who they are, dangerous acts ask for no new proof.
        entrant_keep_days: names and document hashes of who came in are kept so long after a show.
        companions_kept: so many people a member may keep beside themselves.
        people_per_order, minors_per_order: of an order that names who comes, so many may come, and so
            many of them minors; minor_age: younger than this.
        number_idle_days: after so long without a sign of its member, a phone number may have become
            somebody else's; a code to it alone opens nothing then.
        acting_minutes: so long after they found somebody, staff may act for them.
        exports_per_day, export_keep_days: files of lists one person may ask for in a day, and how long
            a file waits to be fetched.
        strikes_to_bar, strike_within_days, bar_days: so many shows missed within so many palace days
            stop new bookings for so many days; 0 strikes only warn.
        strike_free_only: whether only free tickets that stay unused count.
        mode: whether pages are as ever, grey, or new bookings stopped, with the reason people read; each
            house's own row holds for it, the head's for all.
        strike_after_minutes: how long after a show's end they are counted; doors may sync late.
        unit_exports_per_day: how often a day a unit's own roster leaves the house, whoever of it asks.
        unit_uploads_per_day, unit_confirmations_per_day: rosters a unit's organisers bring in for it, and
            people they confirm for it and what is below, in a day.
        audit_keep_days: sealed audit lines older than this are forgotten; None: kept for good.
        get_in_minutes, get_out_minutes, doors_minutes: what a new performance takes of its hall before it
            begins and after it ends, and when its doors open; each may have its own.
        sale_opens_days, sale_opens_hour: a new performance opens so many days before, at this hour.
        agenda_keep_days: how long members see what they have been to; seats kept for a show that nobody
            took are forgotten then, too.
        application_keep_days: applications to a unit are kept so long after they were closed.
        downloads_per_day: how often a day somebody may take all their data along.
        quiet_from, quiet_until: from when to when at night messages wait and the minutes of offers do not
            run, as clock times: 2130 is 21:30; equal: never.
        message_price: what one message to a phone costs, in fen; a long text is paid as several.
        message_budget_day, broadcast_budget_day: fen that notices, and mass notices, may cost in a day;
            codes have budgets of their own above, and what must be told is told.
        broadcast_per_minute: a mass notice goes out no faster.
        broadcast_confirm_above: to more receivers than this, a second person starts it.
        complimentary_per_show: so many complimentary tickets of a show are given by one person alone.
        block_release_hours: a unit's block goes back on sale so long before the start, unless staff say else.
        block_remind_hours: so long before that the unit's organisers hear what is left of it.
        exchange_before_minutes: members change seats by themselves until so long before the start.
        gifts_per_ticket: so often a ticket of a new show may be given on (0: never);
            gift_before_minutes: until so long before the start; gift_hours: so long an offered
            ticket waits to be accepted.
        move_answer_days: after a move holders may give tickets back for so long, unless said.
        no_single_gap: whether a choice on the web may not leave one single free seat, for new shows.
        house_release_hours, technical_release_hours, press_release_hours, wheelchair_release_hours,
            in_person_release_hours: so long before the start such seats go on sale, unless staff say else.
        idle_keep_months: members nothing was heard of for so long are erased; None: never by itself.
        offer_minutes: so long a place that came free waits for who was first in the queue; it is
            `offer_near_minutes` in the last `offer_near_hours` before the show, `offer_last_minutes` in
            the last `offer_last_hours`. Its minutes do not run in the quiet hours.
        return_rest_min_minutes, return_rest_max_minutes: a returned seat nobody waits for comes back
            after a time between these, by chance, so that nobody can hand it to a friend.
        coupons_per_month: so many coupons a member takes in a month, of all partners; 0: no limit.
        remind_day_hours, remind_hours: so long before a show its people are reminded; 0: they are not.
        unpaid_per_show: so many seats of a show one member may keep without having paid (到场付款).
        unpaid_percent: so much of a hall may be kept for who has not paid.
        online_minutes: a provider's page stays open for so long; its seats are kept a minute longer.
        second_above: fen that one person alone may give back or correct by hand.
        account_days, account_remind_days: what a unit takes on account is due after so many days, unless
            said; so many days before, its organisers are told.
        season_remind_days: so long before a troupe's certification ends its leaders are told, once.
    """

    __tablename__ = "house_rules"
    __table_args__ = (
        CheckConstraint(
            "least(seats_per_member, free_per_month, extension_minutes, pay_before_minutes,"
            " few_left_percent, return_before_minutes, command_key_keep_days) >= 0",
            name="not_negative",
        ),
        CheckConstraint(
            "least(hold_minutes, hold_minutes_large_text, challenge_keep_days, notice_keep_days) > 0",
            name="positive",
        ),
        CheckConstraint(
            "least(code_per_phone_minute, code_per_phone_hour, code_per_phone_day, code_per_address_hour) > 0"
            " AND code_per_day_for_known BETWEEN 0 AND code_per_day",
            name="codes",
        ),
        CheckConstraint(
            "least(roster_file_mb, roster_keep_days) > 0 AND roster_confirmed_days >= 0"
            " AND roster_leave_percent BETWEEN 0 AND 100",
            name="roster",
        ),
        CheckConstraint("proof_minutes > 0", name="proof"),
        CheckConstraint("acting_minutes > 0", name="acting"),
        CheckConstraint("entrant_keep_days >= 0", name="entrants"),
        CheckConstraint(
            "least(companions_kept, minors_per_order, minor_age) >= 0"
            " AND least(people_per_order, number_idle_days) > 0",
            name="people",
        ),
        CheckConstraint(
            "exports_per_day >= 0 AND export_keep_days > 0"
            " AND (audit_keep_days IS NULL OR audit_keep_days >= 183)",
            name="lists",
        ),
        CheckConstraint(
            "least(agenda_keep_days, application_keep_days) > 0 AND downloads_per_day >= 0"
            " AND (idle_keep_months IS NULL OR idle_keep_months >= 12)",
            name="privacy",
        ),
        CheckConstraint(
            "least(strikes_to_bar, strike_after_minutes) >= 0"
            " AND strike_within_days BETWEEN 1 AND 3660 AND bar_days BETWEEN 1 AND 3660",
            name="strikes",
        ),
        CheckConstraint(
            "least(unit_exports_per_day, unit_uploads_per_day, unit_confirmations_per_day) >= 0",
            name="desk",
        ),
        CheckConstraint(
            "quiet_from BETWEEN 0 AND 2359 AND quiet_from % 100 < 60"
            " AND quiet_until BETWEEN 0 AND 2359 AND quiet_until % 100 < 60"
            " AND least(message_price, message_budget_day, broadcast_budget_day,"
            " broadcast_confirm_above) >= 0 AND broadcast_per_minute > 0",
            name="messages",
        ),
        CheckConstraint(
            "least(get_in_minutes, get_out_minutes, doors_minutes, sale_opens_days) >= 0"
            " AND sale_opens_hour BETWEEN 0 AND 23",
            name="programme",
        ),
        CheckConstraint("least(block_release_hours, block_remind_hours) >= 0", name="blocks"),
        CheckConstraint("complimentary_per_show >= 0", name="complimentary"),
        CheckConstraint(
            "least(exchange_before_minutes, gifts_per_ticket, gift_before_minutes) >= 0"
            " AND least(gift_hours, move_answer_days) > 0",
            name="changing",
        ),
        CheckConstraint("coupons_per_month >= 0", name="coupons"),
        one_of("mode", Mode),
        CheckConstraint(
            "least(offer_minutes, offer_near_minutes, offer_last_minutes) > 0"
            " AND least(offer_near_hours, offer_last_hours, remind_day_hours, remind_hours) >= 0"
            " AND least(return_rest_min_minutes, return_rest_max_minutes) >= 0",
            name="waiting",
        ),
        CheckConstraint("season_remind_days >= 0", name="seasons"),
        CheckConstraint(
            "least(unpaid_per_show, second_above) >= 0 AND unpaid_percent BETWEEN 0 AND 100"
            " AND online_minutes BETWEEN 31 AND 1440 AND account_days > 0"
            " AND account_remind_days BETWEEN 0 AND 365",
            name="money",
        ),
        CheckConstraint(
            "least(house_release_hours, technical_release_hours, press_release_hours,"
            " wheelchair_release_hours, in_person_release_hours) >= 0",
            name="kept",
        ),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    seats_per_member: Mapped[int] = mapped_column(server_default="4", default=4)
    free_per_month: Mapped[int] = mapped_column(server_default="4", default=4)
    hold_minutes: Mapped[int] = mapped_column(server_default="15", default=15)
    hold_minutes_large_text: Mapped[int] = mapped_column(server_default="20", default=20)
    extension_minutes: Mapped[int] = mapped_column(server_default="10", default=10)
    pay_before_minutes: Mapped[int] = mapped_column(server_default="30", default=30)
    return_before_minutes: Mapped[int] = mapped_column(server_default="60", default=60)
    exchange_before_minutes: Mapped[int] = mapped_column(server_default="60", default=60)
    gifts_per_ticket: Mapped[int] = mapped_column(server_default="1", default=1)
    gift_before_minutes: Mapped[int] = mapped_column(server_default="60", default=60)
    gift_hours: Mapped[int] = mapped_column(server_default="24", default=24)
    move_answer_days: Mapped[int] = mapped_column(server_default="7", default=7)
    few_left_percent: Mapped[int] = mapped_column(server_default="15", default=15)
    code_per_phone_minute: Mapped[int] = mapped_column(server_default="1", default=1)
    code_per_phone_hour: Mapped[int] = mapped_column(server_default="5", default=5)
    code_per_phone_day: Mapped[int] = mapped_column(server_default="10", default=10)
    code_per_address_hour: Mapped[int] = mapped_column(server_default="60", default=60)
    code_per_day: Mapped[int] = mapped_column(server_default="5000", default=5000)
    code_per_day_for_known: Mapped[int] = mapped_column(server_default="3000", default=3000)
    challenge_keep_days: Mapped[int] = mapped_column(server_default="1", default=1)
    command_key_keep_days: Mapped[int] = mapped_column(server_default="14", default=14)
    notice_keep_days: Mapped[int] = mapped_column(server_default="180", default=180)
    retired_are_members: Mapped[bool] = mapped_column(server_default="true", default=True)
    roster_file_mb: Mapped[int] = mapped_column(server_default="100", default=100)
    roster_leave_percent: Mapped[int] = mapped_column(server_default="20", default=20)
    roster_confirmed_days: Mapped[int] = mapped_column(server_default="60", default=60)
    roster_keep_days: Mapped[int] = mapped_column(server_default="1", default=1)
    second_factor_roles: Mapped[list[str]] = mapped_column(
        ARRAY(Text),
        server_default="{admin,site_admin,finance}",
        default=["admin", "site_admin", "finance"],
    )
    proof_minutes: Mapped[int] = mapped_column(server_default="10", default=10)
    acting_minutes: Mapped[int] = mapped_column(server_default="20", default=20)
    entrant_keep_days: Mapped[int] = mapped_column(server_default="30", default=30)
    companions_kept: Mapped[int] = mapped_column(server_default="5", default=5)
    people_per_order: Mapped[int] = mapped_column(server_default="5", default=5)
    minors_per_order: Mapped[int] = mapped_column(server_default="3", default=3)
    minor_age: Mapped[int] = mapped_column(server_default="18", default=18)
    number_idle_days: Mapped[int] = mapped_column(server_default="180", default=180)
    exports_per_day: Mapped[int] = mapped_column(server_default="20", default=20)
    export_keep_days: Mapped[int] = mapped_column(server_default="7", default=7)
    unit_exports_per_day: Mapped[int] = mapped_column(server_default="5", default=5)
    unit_uploads_per_day: Mapped[int] = mapped_column(server_default="10", default=10)
    unit_confirmations_per_day: Mapped[int] = mapped_column(server_default="200", default=200)
    audit_keep_days: Mapped[int | None]
    agenda_keep_days: Mapped[int] = mapped_column(server_default="1095", default=1095)
    application_keep_days: Mapped[int] = mapped_column(server_default="365", default=365)
    downloads_per_day: Mapped[int] = mapped_column(server_default="5", default=5)
    idle_keep_months: Mapped[int | None]
    strikes_to_bar: Mapped[int] = mapped_column(server_default="0", default=0)
    strike_within_days: Mapped[int] = mapped_column(server_default="60", default=60)
    bar_days: Mapped[int] = mapped_column(server_default="30", default=30)
    strike_free_only: Mapped[bool] = mapped_column(server_default=text("true"), default=True)
    strike_after_minutes: Mapped[int] = mapped_column(server_default="120", default=120)
    quiet_from: Mapped[int] = mapped_column(server_default="2130", default=2130)
    quiet_until: Mapped[int] = mapped_column(server_default="800", default=800)
    message_price: Mapped[Fen] = mapped_column(server_default="5", default=Fen(5))
    message_budget_day: Mapped[Fen] = mapped_column(server_default="100000", default=Fen(100_000))
    broadcast_budget_day: Mapped[Fen] = mapped_column(server_default="300000", default=Fen(300_000))
    broadcast_per_minute: Mapped[int] = mapped_column(server_default="600", default=600)
    broadcast_confirm_above: Mapped[int] = mapped_column(server_default="500", default=500)
    get_in_minutes: Mapped[int] = mapped_column(server_default="120", default=120)
    get_out_minutes: Mapped[int] = mapped_column(server_default="60", default=60)
    doors_minutes: Mapped[int] = mapped_column(server_default="30", default=30)
    sale_opens_days: Mapped[int] = mapped_column(server_default="14", default=14)
    sale_opens_hour: Mapped[int] = mapped_column(server_default="10", default=10)
    offer_minutes: Mapped[int] = mapped_column(server_default="120", default=120)
    offer_near_hours: Mapped[int] = mapped_column(server_default="24", default=24)
    offer_near_minutes: Mapped[int] = mapped_column(server_default="30", default=30)
    offer_last_hours: Mapped[int] = mapped_column(server_default="2", default=2)
    offer_last_minutes: Mapped[int] = mapped_column(server_default="10", default=10)
    return_rest_min_minutes: Mapped[int] = mapped_column(server_default="2", default=2)
    return_rest_max_minutes: Mapped[int] = mapped_column(server_default="15", default=15)
    remind_day_hours: Mapped[int] = mapped_column(server_default="24", default=24)
    remind_hours: Mapped[int] = mapped_column(server_default="2", default=2)
    unpaid_per_show: Mapped[int] = mapped_column(server_default="2", default=2)
    unpaid_percent: Mapped[int] = mapped_column(server_default="30", default=30)
    online_minutes: Mapped[int] = mapped_column(server_default="31", default=31)
    second_above: Mapped[Fen] = mapped_column(server_default="50000", default=Fen(50_000))
    account_days: Mapped[int] = mapped_column(server_default="30", default=30)
    account_remind_days: Mapped[int] = mapped_column(server_default="7", default=7)
    season_remind_days: Mapped[int] = mapped_column(server_default="30", default=30)
    complimentary_per_show: Mapped[int] = mapped_column(server_default="20", default=20)
    block_release_hours: Mapped[int] = mapped_column(server_default="48", default=48)
    block_remind_hours: Mapped[int] = mapped_column(server_default="24", default=24)
    mode: Mapped[Mode] = mapped_column(server_default=Mode.NORMAL, default=Mode.NORMAL)
    mode_reason_zh: Mapped[str] = mapped_column(server_default="", default="")
    mode_reason_en: Mapped[str] = mapped_column(server_default="", default="")
    coupons_per_month: Mapped[int] = mapped_column(server_default="0", default=0)
    no_single_gap: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    house_release_hours: Mapped[int] = mapped_column(server_default="1", default=1)
    technical_release_hours: Mapped[int] = mapped_column(server_default="2", default=2)
    press_release_hours: Mapped[int] = mapped_column(server_default="4", default=4)
    wheelchair_release_hours: Mapped[int] = mapped_column(server_default="24", default=24)
    in_person_release_hours: Mapped[int] = mapped_column(server_default="2", default=2)
