"""Answers to who books: shows, orders, tickets, queues, gifts and the blocks of their unit."""

from __future__ import annotations

from palace.agenda.rules import EntryStatus
from palace.blocks.rules import LinkState, Outcome, Way
from palace.codes.rules import Reason
from palace.companions.rules import Relation
from palace.complimentary.rules import GivenState
from palace.complimentary.rules import Reason as GivenFor
from palace.coupons.rules import Left
from palace.gifts.rules import GiftState
from palace.identities.rules import Document
from palace.members.rules import Standing
from palace.payments.rules import Stands
from palace.payments.states import RefundState
from palace.programme.rules import (
    KINDS,
    Audience,
    Returns,
    SeatChoice,
    Shown,
)
from palace.tickets.rules import OrderState, TicketState
from palace.waiting.rules import PassedWhy, WaitState
from tests.architecture.shapes.kinds import (
    CODE,
    DAY,
    FEN,
    INSTANT,
    NUMBER,
    TEXT,
    YES_NO,
    Shape,
    each,
    exactly,
    known,
    maybe,
    one_of,
)

COUPON = {"worth": TEXT, "pool": NUMBER, "valid_until": DAY}
MINE = {
    "name": TEXT,
    "free_left": NUMBER,
    "unread": NUMBER,
    "feed": maybe({"type": "string", "format": "uri"}),
    "entries": each(known("Entry")),
    "orders": each(CODE),
    "missed": each(exactly(strike=NUMBER, subject=TEXT, appealed=YES_NO)),
    "barred_until": {"type": ["string", "null"], "format": "date"},
}
BLOCK = {
    "block": NUMBER,
    "performance": NUMBER,
    "title": TEXT,
    "starts_at": INSTANT,
    "unit": TEXT,
    "tier": TEXT,
    "way": one_of(Way),
    "per_member": NUMBER,
    "places": NUMBER,
    "taken": NUMBER,
    "left": NUMBER,
    "returned": NUMBER,
    "releases_at": INSTANT,
    "turn_at": maybe(INSTANT),
    "given": NUMBER,
    "came": NUMBER,
}
OPENS = {
    "performance": NUMBER,
    "title": TEXT,
    "starts_at": INSTANT,
    "places": NUMBER,
    "keeps": YES_NO,
    "tier": maybe(TEXT),
    "ends_at": INSTANT,
}
CODE_BATCH = OPENS | {
    "batch": NUMBER,
    "label": TEXT,
    "reason": one_of(Reason),
    "made": NUMBER,
    "used": NUMBER,
    "open": NUMBER,
    "kept": NUMBER,
    "taken": NUMBER,
    "stopped": YES_NO,
}
PACKAGE = {
    "package": NUMBER,
    "name_zh": TEXT,
    "name_en": TEXT,
    "opens_at": INSTANT,
    "members_open_at": maybe(INSTANT),
    "closes_at": INSTANT,
    "seats": NUMBER,
    "seats_per_member": NUMBER,
    "singly": YES_NO,
    "returns": one_of(Returns),
    "shows": each(exactly(performance=NUMBER, zone=maybe(TEXT), starts_at=INSTANT)),
    "prices": each(exactly(tier=TEXT, amount=FEN, parts=each(FEN))),
}
STAFF_PACKAGE = exactly(**PACKAGE, published=YES_NO, taken=NUMBER, seen=TEXT)
HANDED_OUT = each(exactly(ticket=maybe(CODE), seat=maybe(TEXT), name=TEXT, paper=YES_NO))
BOOKING: dict[str, Shape] = {
    "Price": exactly(tier=TEXT, zone=TEXT, amount=FEN),
    "Performance": exactly(
        id=NUMBER,
        production=NUMBER,
        title=TEXT,
        kind=one_of(KINDS),
        space=TEXT,
        starts_at=INSTANT,
        state=one_of(Shown),
        left=maybe(NUMBER),
        prices=each(known("Price")),
    ),
    "PerformanceForYou": exactly(
        id=NUMBER,
        production=NUMBER,
        title=TEXT,
        kind=one_of(KINDS),
        space=TEXT,
        starts_at=INSTANT,
        state=one_of(Shown),
        left=maybe(NUMBER),
        prices=each(known("Price")),
        opens_at=INSTANT,
        openings=each(exactly(audience=one_of(Audience), unit=maybe(TEXT), opens_at=INSTANT)),
        choice=one_of(SeatChoice),
        kept=each(exactly(key=TEXT, count=NUMBER, until=INSTANT)),
    ),
    "Performances": exactly(performances=each(known("Performance"))),
    "Production": exactly(id=NUMBER, title=TEXT, performances=each(known("Performance"))),
    "Returns": exactly(tickets=each(known("Ticket"))),
    "Waiting": exactly(
        performance=NUMBER,
        state=maybe(one_of(WaitState)),
        place=maybe(NUMBER),
        count=maybe(NUMBER),
        together=maybe(YES_NO),
        fewer=maybe(YES_NO),
        zone=maybe(TEXT),
        offer=maybe(exactly(code=CODE, count=NUMBER, seats=each(TEXT), lapses_at=INSTANT)),
    ),
    "Accepted": exactly(order=CODE, state=one_of(OrderState), count=NUMBER),
    "Queue": exactly(
        entries=each(
            exactly(
                entry=NUMBER,
                state=one_of(WaitState),
                count=NUMBER,
                together=YES_NO,
                fewer=YES_NO,
                zone=maybe(TEXT),
                passed=NUMBER,
                passed_why=maybe(one_of(PassedWhy)),
                lapses_at=maybe(INSTANT),
            )
        )
    ),
    "Rows": exactly(
        seats={"type": "object", "additionalProperties": one_of(["free", "taken", "kept"])}
    ),
    "Order": exactly(
        order=CODE,
        state=one_of([*OrderState, "lapsed", "off"]),
        seats=each(TEXT),
        held_until=maybe(INSTANT),
        tickets=each(CODE),
        payment=maybe(known("OrderPayment")),
    ),
    "OrderPayment": exactly(
        payment=NUMBER, state=one_of(Stands), amount=FEN, pay_by=INSTANT, path=TEXT, online=YES_NO
    ),
    "Payment": exactly(
        payment=NUMBER,
        **{"for": TEXT},
        path=TEXT,
        state=one_of(Stands),
        amount=FEN,
        pay_by=INSTANT,
        online=YES_NO,
        digits=maybe(TEXT),
        ladder=each(exactly(minutes_before=NUMBER, percent=NUMBER)),
        refunds=each(exactly(amount=FEN, state=one_of(RefundState))),
        address=maybe({"type": "string", "format": "uri"}),
    ),
    "PackagesOffered": exactly(packages=each(exactly(package=NUMBER, name_zh=TEXT, name_en=TEXT))),
    "PackageOffered": exactly(**PACKAGE, left=NUMBER),
    "PackageOrder": exactly(
        package_order=CODE,
        package=NUMBER,
        state=one_of([*OrderState, "lapsed"]),
        held_until=maybe(INSTANT),
        payment=maybe(known("OrderPayment")),
        shows=each(exactly(performance=NUMBER, order=CODE, seats=each(TEXT), tickets=each(CODE))),
    ),
    "StaffPackages": exactly(packages=each(known("StaffPackage"))),
    "StaffPackage": STAFF_PACKAGE,
    "ToPackage": exactly(performances=each(NUMBER)),
    "Ticket": exactly(
        ticket=CODE,
        state=one_of(TicketState),
        performance=NUMBER,
        seat=maybe(TEXT),
        tier=TEXT,
        price=FEN,
        collection_code={"type": "string", "pattern": "^[0-9]{8}$"},
        admitted_at=maybe(INSTANT),
    ),
    "SeatChoice": exactly(ticket=CODE, seats=each(TEXT)),
    "Giving": exactly(
        ticket=CODE,
        offered=YES_NO,
        number_end=maybe(TEXT),
        lapses_at=maybe(INSTANT),
        give_by=INSTANT,
    ),
    "Gift": exactly(
        gift=CODE,
        state=one_of(GiftState),
        performance=NUMBER,
        seat=maybe(TEXT),
        lapses_at=INSTANT,
        ticket=maybe(CODE),
    ),
    "Entry": exactly(
        subject=TEXT,
        title=TEXT,
        place=TEXT,
        starts_at=maybe(INSTANT),
        status=one_of(EntryStatus),
        tickets=each(CODE),
    ),
    "Coupons": exactly(
        pools=each(
            exactly(
                **COUPON,
                partner=TEXT,
                how=TEXT,
                opens_at=INSTANT,
                per_member=NUMBER,
                unit=maybe(TEXT),
                left=one_of(Left),
                why=maybe(TEXT),
            )
        ),
        coupons=each(known("Coupon")),
    ),
    "Coupon": exactly(**COUPON, coupon=CODE, code=maybe(TEXT), over=YES_NO, used=YES_NO),
    "Mine": exactly(**MINE, standing=one_of(Standing)),
    "Changed": exactly(**MINE),
    "History": exactly(entries=each(known("Entry")), page={"type": "integer", "minimum": 1}),
    "People": exactly(people=each(exactly(id=TEXT, words=TEXT, fact=YES_NO))),
    "Companions": exactly(
        people=each(
            exactly(
                id=NUMBER,
                name=TEXT,
                relation=one_of(Relation),
                minor=YES_NO,
                document=maybe(one_of(Document)),
                end=maybe(TEXT),
            )
        )
    ),
    "Feeds": exactly(
        palace={"type": "string", "format": "uri"},
        sites=each(exactly(site=NUMBER, feed={"type": "string", "format": "uri"})),
        rooms=each(exactly(site=NUMBER, feed={"type": "string", "format": "uri"})),
        spaces=each(exactly(space=NUMBER, feed={"type": "string", "format": "uri"})),
    ),
    "OwnFeeds": exactly(
        own={"type": "string", "format": "uri"},
        troupes=each(
            exactly(troupe=NUMBER, feed={"type": "string", "format": "uri"}, leads=YES_NO)
        ),
        classes=each(
            exactly(offering=NUMBER, feed={"type": "string", "format": "uri"}, teaches=YES_NO)
        ),
    ),
    "Strike": exactly(
        strike=NUMBER,
        subject=TEXT,
        happened_at=INSTANT,
        forgiven=YES_NO,
        appeal={
            **exactly(words=TEXT, verdict={"type": ["string", "null"]}),
            "type": ["object", "null"],
        },
    ),
    "Block": exactly(**BLOCK),
    "ShowsToGive": exactly(shows=each(exactly(performance=NUMBER, title=TEXT, starts_at=INSTANT))),
    "Complimentaries": exactly(
        performance=NUMBER,
        allowance=NUMBER,
        left=NUMBER,
        given=each(
            exactly(
                complimentary=NUMBER,
                state=one_of(GivenState),
                reason=one_of(GivenFor),
                why=TEXT,
                tickets=NUMBER,
                people=each(TEXT),
                asked_at=INSTANT,
            )
        ),
    ),
    "CodeBatch": exactly(**CODE_BATCH),
    "CodeBatches": exactly(batches=each(known("CodeBatch"))),
    "CodeLink": exactly(
        state=one_of(["open", "opened", "refused"]),
        why=maybe(TEXT),
        opens={**exactly(**OPENS), "type": ["object", "null"]},
    ),
    "Blocks": exactly(blocks=each(known("Block"))),
    "UnitBlocks": exactly(
        blocks=each(known("Block")), years=each(exactly(unit=TEXT, given=NUMBER, came=NUMBER))
    ),
    "UnitBlock": exactly(
        **BLOCK,
        link=maybe({"type": "string", "format": "uri"}),
        tickets=HANDED_OUT,
        lists=each(exactly(list=NUMBER, given_at=maybe(INSTANT))),
    ),
    "StaffBlock": exactly(**BLOCK, shown=TEXT, tickets=HANDED_OUT),
    "NameList": exactly(
        list=NUMBER,
        given_at=maybe(INSTANT),
        names=each(
            exactly(
                line=NUMBER,
                typed=TEXT,
                outcome=one_of(Outcome),
                refusal=maybe(TEXT),
                seat=maybe(TEXT),
            )
        ),
    ),
    "BlockLink": exactly(
        performance=NUMBER,
        title=TEXT,
        starts_at=INSTANT,
        unit=TEXT,
        state=one_of(LinkState),
        why=maybe(TEXT),
        left=NUMBER,
        rank=maybe(NUMBER),
        order=maybe(CODE),
        releases_at=INSTANT,
        turn_at=maybe(INSTANT),
    ),
}
