"""Answers to who makes the programme and opens the doors: plans, performances, revisions, moves."""

from __future__ import annotations

from palace.coupons import rules as coupons
from palace.desk.rules import Stand
from palace.door.rules import Reason, Verdict
from palace.moving.rules import MoveKind, MoveState
from palace.programme.rules import (
    Audience,
    IdentityPolicy,
    Qualifies,
    SeatChoice,
    Seating,
)
from palace.review.rules import RevisionState
from palace.venues.rules import Mode
from tests.architecture.shapes.kinds import (
    CODE,
    DAY,
    FEN,
    INSTANT,
    NUMBER,
    TEXT,
    YES_NO,
    Shape,
    at_least,
    each,
    exactly,
    known,
    maybe,
    one_of,
)

DOOR = {
    "performance": NUMBER,
    "title": TEXT,
    "starts_at": INSTANT,
    "doors_at": INSTANT,
    "admitted": NUMBER,
    "sold": NUMBER,
}
PLAN = {"plan": NUMBER, "space": NUMBER, "code": TEXT, "name": TEXT, "version": NUMBER}
PLAN_PARTS = each(exactly(code=TEXT, name=TEXT, colour=maybe(TEXT), seats=NUMBER))
LADDER = exactly(
    ladder=NUMBER,
    name=TEXT,
    usual=YES_NO,
    steps=each(exactly(minutes=NUMBER, percent=NUMBER)),
)
PROGRAMME: dict[str, Shape] = {
    "Plans": exactly(
        plans=each(exactly(**PLAN, seats=NUMBER, coming=NUMBER, uses=NUMBER)),
        drafts=each(known("PlanDraft")),
    ),
    "Plan": exactly(**PLAN, seats=NUMBER, performances=each(NUMBER)),
    "PlanVersion": exactly(**PLAN),
    "PlanKept": exactly(plan=NUMBER, version=NUMBER, space=NUMBER),
    "PlanDraft": exactly(
        draft=NUMBER,
        revision=NUMBER,
        space=NUMBER,
        plan=maybe(NUMBER),
        name=TEXT,
        seats=NUMBER,
        zones=PLAN_PARTS,
        entrances=PLAN_PARTS,
        doubts=each(TEXT),
    ),
    "PlanChoices": exactly(
        performance=NUMBER,
        plan=NUMBER,
        choices=each(exactly(plan=NUMBER, name=TEXT, version=NUMBER, hindered=NUMBER, may=YES_NO)),
    ),
    "Settled": exactly(count=NUMBER),
    "Move": exactly(
        move=NUMBER,
        performance=NUMBER,
        kind=one_of(MoveKind),
        state=one_of(MoveState),
        old_starts_at=INSTANT,
        starts_at=INSTANT,
    ),
    "Moves": exactly(moves=each(known("Move"))),
    "MoveOfShow": exactly(
        performance=NUMBER,
        shown=TEXT,
        move=maybe(known("Move")),
        mark=maybe(TEXT),
        seen=maybe(TEXT),
        clashes=each(TEXT),
        displaced=each(NUMBER),
        missing=each(TEXT),
        told=NUMBER,
        waiting=NUMBER,
        failed=NUMBER,
    ),
    "Staged": exactly(
        performance=NUMBER,
        production=NUMBER,
        space=NUMBER,
        plan=maybe(NUMBER),
        seating=one_of(Seating),
        capacity=NUMBER,
        stand=one_of(Stand),
        doors_at=INSTANT,
        starts_at=INSTANT,
        ends_at=INSTANT,
        sale_opens_at=INSTANT,
        sale_closes_at=INSTANT,
        seats_per_member=NUMBER,
        identity_policy=one_of(IdentityPolicy),
        one_per_identity=YES_NO,
        choice=one_of(SeatChoice),
        no_single_gap=YES_NO,
        gifts_per_ticket=NUMBER,
        ladder=maybe(NUMBER),
        sold=NUMBER,
        prices=each(exactly(tier=TEXT, zone=TEXT, amount=FEN)),
        quotas=each(exactly(quota=TEXT, seats=NUMBER, taken=NUMBER)),
        seen=exactly(place=TEXT, sale=TEXT, prices=TEXT, quotas=TEXT),
    ),
    "ToBeStaged": exactly(production=NUMBER),
    "ReadyToPublish": exactly(
        performance=NUMBER,
        stand=one_of(Stand),
        findings=each(exactly(check=TEXT, well=YES_NO, words=TEXT)),
    ),
    "Tier": exactly(
        tier=NUMBER,
        code=TEXT,
        name_zh=TEXT,
        name_en=TEXT,
        qualifies=one_of(Qualifies),
        cap=maybe(NUMBER),
        monthly=YES_NO,
        proof_zh=TEXT,
        proof_en=TEXT,
        fund=maybe(TEXT),
        ended_at=maybe(INSTANT),
        seen=TEXT,
    ),
    "Tiers": exactly(tiers=each(known("Tier"))),
    "CouponPool": exactly(
        pool=NUMBER,
        partner=TEXT,
        worth=TEXT,
        how=TEXT,
        opens_at=INSTANT,
        valid_until=DAY,
        per_member=NUMBER,
        unit=maybe(TEXT),
        stand=one_of(coupons.Stand),
        seen=TEXT,
        codes=NUMBER,
        taken=NUMBER,
        used=NUMBER,
        left=NUMBER,
    ),
    "ToFill": exactly(key=maybe(CODE), pool=maybe(known("CouponPool"))),
    "CodesRead": exactly(
        pool=NUMBER,
        good=NUMBER,
        brought=maybe(NUMBER),
        wrong=each(exactly(line=NUMBER, outcome=one_of(coupons.Outcome))),
    ),
    "Openings": exactly(
        performance=NUMBER,
        seen=TEXT,
        public=INSTANT,
        openings=each(
            exactly(
                audience=one_of(Audience), unit=maybe(NUMBER), name=maybe(TEXT), opens_at=INSTANT
            )
        ),
    ),
    "KeptSeats": at_least(
        {"not_kept": each(exactly(seat=TEXT, key=maybe(TEXT)))},
        performance=NUMBER,
        kept=each(
            exactly(
                group=NUMBER,
                key=TEXT,
                why=maybe(TEXT),
                until=INSTANT,
                seats=each(TEXT),
                count=NUMBER,
                bought=NUMBER,
            )
        ),
    ),
    "Written": exactly(
        production=NUMBER,
        reviewed=YES_NO,
        fields={"type": "object"},
        revision=maybe(
            exactly(
                revision=NUMBER,
                version=NUMBER,
                state=one_of(RevisionState),
                fields={"type": "object"},
            )
        ),
    ),
    "ToWrite": exactly(seen=TEXT, key=maybe(CODE), fields={"type": "object"}),
    "Revision": exactly(
        revision=NUMBER,
        subject=TEXT,
        version=NUMBER,
        state=one_of(RevisionState),
        step=maybe(NUMBER),
        before={"type": "object"},
        fields={"type": "object"},
        changed=each(TEXT),
        decisions=each(exactly(version=NUMBER, step=NUMBER, passed=YES_NO, reason=TEXT)),
    ),
    "ReviewSteps": exactly(steps=each(exactly(step=NUMBER, name=TEXT, another_person=YES_NO))),
    "Switches": exactly(
        houses=each(exactly(site=NUMBER, mode=one_of(Mode), reason=TEXT, seen=TEXT))
    ),
    "Ladders": exactly(ladders=each(LADDER)),
    "Ladder": LADDER,
    "Evenings": exactly(
        performances=each(
            exactly(
                performance=NUMBER,
                starts_at=INSTANT,
                sold=NUMBER,
                held=NUMBER,
                kept=NUMBER,
                left=NUMBER,
            )
        ),
        waiting=exactly(
            appeals=NUMBER,
            imports=NUMBER,
            applications=NUMBER,
            unpaid=NUMBER,
            reviews=NUMBER,
            sent_back=NUMBER,
            drafts=NUMBER,
            troupes=NUMBER,
        ),
    ),
    "Door": exactly(**DOOR),
    "Doors": exactly(performances=each(known("Door"))),
    "Verdict": exactly(
        verdict=one_of(Verdict),
        reason=maybe(one_of(Reason)),
        seat=maybe(TEXT),
        first_at=maybe(INSTANT),
        gate=maybe(TEXT),
        late_until=maybe(INSTANT),
        told={"type": "object", "additionalProperties": TEXT},
    ),
    "Decided": exactly(waiting=NUMBER),
}
