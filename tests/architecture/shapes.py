"""What the palace's JSON answers look like, by name."""

from __future__ import annotations

from typing import Any

from palace.agenda.rules import EntryStatus
from palace.blocks.rules import LinkState, Outcome, Way
from palace.broadcasts.rules import Audience as Told
from palace.broadcasts.rules import Stage
from palace.companions.rules import Relation
from palace.consents.rules import Purpose
from palace.desk.rules import Stand
from palace.door.rules import Reason, Verdict
from palace.gifts.rules import GiftState
from palace.identities.rules import Document
from palace.members.rules import Role, Standing
from palace.moving.rules import MoveKind, MoveState
from palace.programme.rules import (
    KINDS,
    Audience,
    IdentityPolicy,
    Qualifies,
    SeatChoice,
    Seating,
    Shown,
)
from palace.reports.rules import ExportState, Format
from palace.review.rules import RevisionState
from palace.roster.rules import ImportState
from palace.tickets.rules import OrderState, TicketState
from palace.venues.figures import Group, Unit
from palace.venues.rules import Mode
from palace.waiting.rules import PassedWhy, WaitState

Shape = dict[str, Any]

TEXT: Shape = {"type": "string"}
CODE: Shape = {"type": "string", "pattern": "^[a-z2-7]{20}$"}
NUMBER: Shape = {"type": "integer", "minimum": 0}
INSTANT: Shape = {"type": "string", "format": "date-time"}
YES_NO: Shape = {"type": "boolean"}
FIGURE: Shape = {"type": ["integer", "boolean"]}
FEN: Shape = {"type": "integer", "minimum": 0, "description": "fen, 1 yuan = 100 fen"}


def one_of(words: Any) -> Shape:
    """Return the shape of a word from a list."""
    return {"type": "string", "enum": sorted(str(word) for word in words)}


def each(shape: Shape) -> Shape:
    """Return the shape of a list."""
    return {"type": "array", "items": shape}


def maybe(shape: Shape) -> Shape:
    """Return the shape of something that may be null."""
    return {"anyOf": [shape, {"type": "null"}]}


def known(name: str) -> Shape:
    """Return a reference to a named shape."""
    return {"$ref": f"#/components/schemas/{name}"}


def exactly(**properties: Shape) -> Shape:
    """Return the shape of an object with these members, all of them and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def at_least(optional: dict[str, Shape], **properties: Shape) -> Shape:
    """Return the shape of an object whose `optional` members may be missing."""
    shape = exactly(**properties)
    return shape | {"properties": properties | optional}


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
DOOR = {
    "performance": NUMBER,
    "title": TEXT,
    "starts_at": INSTANT,
    "doors_at": INSTANT,
    "admitted": NUMBER,
    "sold": NUMBER,
}
IMPORT = {
    "import": NUMBER,
    "state": one_of(ImportState),
    "read": NUMBER,
    "complete": YES_NO,
    "counts": {"type": "object", "additionalProperties": NUMBER},
    "refusal": maybe(TEXT),
}
EXPORT = {
    "export": CODE,
    "list": TEXT,
    "format": one_of(Format),
    "state": one_of(ExportState),
    "rows": NUMBER,
    "asked_at": INSTANT,
}
PLAN = {"plan": NUMBER, "space": NUMBER, "code": TEXT, "name": TEXT, "version": NUMBER}
PLAN_PARTS = each(exactly(code=TEXT, name=TEXT, colour=maybe(TEXT), seats=NUMBER))
BROADCAST = {
    "broadcast": NUMBER,
    "title": TEXT,
    "state": one_of(Stage),
    "audience": one_of(Told),
    "receivers": NUMBER,
    "revision": NUMBER,
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
HANDED_OUT = each(exactly(ticket=maybe(CODE), seat=maybe(TEXT), name=TEXT, paper=YES_NO))
SHAPES: dict[str, Shape] = {
    "Feeds": exactly(
        palace={"type": "string", "format": "uri"},
        sites=each(exactly(site=NUMBER, feed={"type": "string", "format": "uri"})),
        spaces=each(exactly(space=NUMBER, feed={"type": "string", "format": "uri"})),
    ),
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
    "Inbox": exactly(
        unread=NUMBER,
        language=maybe(one_of(["zh", "en"])),
        email=maybe(TEXT),
        muted=each(TEXT),
        notices=each(
            exactly(
                notice=NUMBER,
                kind=TEXT,
                at=INSTANT,
                text=TEXT,
                body=TEXT,
                changes=each(exactly(name=TEXT, old=TEXT, new=TEXT)),
                is_new=YES_NO,
            )
        ),
    ),
    "Templates": exactly(
        gateway=TEXT,
        texts=each(exactly(kind=TEXT, language=one_of(["zh", "en"]), text=TEXT, template=TEXT)),
    ),
    "Broadcasts": exactly(broadcasts=each(exactly(**BROADCAST))),
    "Broadcast": exactly(
        **BROADCAST,
        word=TEXT,
        reaches=NUMBER,
        messages=NUMBER,
        cost=FEN,
        waiting=NUMBER,
        going=NUMBER,
        sent=NUMBER,
        inbox=NUMBER,
        failed=NUMBER,
    ),
    "Answered": exactly(answer=maybe(exactly(title=TEXT, body=TEXT))),
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
    ),
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
        missing=each(TEXT),
        told=NUMBER,
        waiting=NUMBER,
        failed=NUMBER,
    ),
    "Entry": exactly(
        subject=TEXT,
        title=TEXT,
        place=TEXT,
        starts_at=maybe(INSTANT),
        status=one_of(EntryStatus),
        tickets=each(CODE),
    ),
    "Mine": exactly(**MINE, standing=one_of(Standing)),
    "Changed": exactly(**MINE),
    "History": exactly(entries=each(known("Entry")), page={"type": "integer", "minimum": 1}),
    "Onward": at_least({"phone_end": TEXT}, next=TEXT),
    "CodeAsked": exactly(phone_end=TEXT, scarce=YES_NO),
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
    "Number": exactly(phone_end=TEXT),
    "Found": exactly(people=each(known("FoundMember"))),
    "FoundMember": exactly(member=NUMBER, name=TEXT, unit=maybe(TEXT), phone_end=maybe(TEXT)),
    "Nothing": exactly(),
    "FoundToActFor": exactly(
        people=each(
            exactly(person=TEXT, name=TEXT, unit=maybe(TEXT), card_end=TEXT, phone_end=TEXT)
        )
    ),
    "ActsFor": exactly(member=maybe(NUMBER)),
    "Worker": exactly(
        kind=one_of(["staff", "member"]),
        id=NUMBER,
        name=TEXT,
        posts=each(exactly(post=NUMBER, role=one_of(Role), site=maybe(NUMBER), unit=maybe(TEXT))),
    ),
    "Workers": exactly(people=each(known("Worker"))),
    "RuleGroup": exactly(
        group=one_of(Group),
        seen=TEXT,
        figures=each(
            exactly(
                name=TEXT,
                value=FIGURE,
                default=FIGURE,
                unit=one_of(Unit),
                lowest=maybe(NUMBER),
                highest=maybe(NUMBER),
            )
        ),
        barred=maybe(NUMBER),
        presets=each(
            exactly(
                preset=TEXT,
                strikes=NUMBER,
                within_days=NUMBER,
                bar_days=NUMBER,
                in_force=YES_NO,
                barred=NUMBER,
                source=TEXT,
            )
        ),
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
    "RuleGroups": exactly(groups=each(known("RuleGroup"))),
    "Password": exactly(login=TEXT, password=TEXT),
    "Enrolment": exactly(secret=TEXT),
    "Second": exactly(set=YES_NO, needed=YES_NO, secret=maybe(TEXT)),
    "RecoveryCodes": exactly(recovery_codes=each(TEXT)),
    "Enrolled": exactly(next=TEXT, recovery_codes=each(TEXT)),
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
        told={"type": "object", "additionalProperties": TEXT},
    ),
    "Checkup": exactly(
        ok=YES_NO,
        lines=each(exactly(name=TEXT, ok=YES_NO, seen=TEXT, todo=TEXT)),
        tasks=each(
            exactly(
                task=NUMBER, name=TEXT, tries=NUMBER, failed_at=maybe(INSTANT), error=maybe(TEXT)
            )
        ),
    ),
    "Import": exactly(**IMPORT),
    "Imports": exactly(imports=each(known("Import"))),
    "Welcome": exactly(unit=maybe(TEXT), next=TEXT),
    "Units": exactly(standing=one_of(Standing), units=each(exactly(id=NUMBER, name=TEXT))),
    "Joined": exactly(standing=one_of(Standing), next=maybe(NUMBER)),
    "Organised": exactly(units=each(exactly(id=NUMBER, name=TEXT))),
    "Desk": exactly(
        unit=TEXT,
        waiting=each(exactly(application=NUMBER, name=TEXT, phone_end=TEXT)),
        members=NUMBER,
        accounts=NUMBER,
        tickets=NUMBER,
        entries=NUMBER,
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
    "Decided": exactly(waiting=NUMBER),
    "Block": exactly(**BLOCK),
    "Blocks": exactly(blocks=each(known("Block"))),
    "StaffBlock": exactly(**BLOCK, shown=TEXT, tickets=HANDED_OUT),
    "UnitBlocks": exactly(
        blocks=each(known("Block")), years=each(exactly(unit=TEXT, given=NUMBER, came=NUMBER))
    ),
    "UnitBlock": exactly(
        **BLOCK,
        link=maybe({"type": "string", "format": "uri"}),
        tickets=HANDED_OUT,
        lists=each(exactly(list=NUMBER, given_at=maybe(INSTANT))),
    ),
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
    "Posters": exactly(posters=each(exactly(code=CODE, unit=TEXT))),
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
    "Switches": exactly(houses=each(exactly(site=NUMBER, mode=one_of(Mode), reason=TEXT))),
    "Listed": exactly(
        rows=each({"type": "object"}),
        count=NUMBER,
        counted=YES_NO,
        after=maybe(TEXT),
        before=maybe(TEXT),
    ),
    "Consents": exactly(
        texts=each(exactly(purpose=one_of(Purpose), version=NUMBER, body=TEXT)),
    ),
    "Kept": exactly(
        kept=each(exactly(table=TEXT, rows=NUMBER)),
        consents=each(
            exactly(
                purpose=one_of(Purpose),
                version=NUMBER,
                given_at=INSTANT,
                withdrawn_at=maybe(INSTANT),
            )
        ),
        downloads_left=NUMBER,
    ),
    "Download": exactly(
        palace=TEXT,
        made_at=INSTANT,
        parts={"type": "object", "additionalProperties": each({"type": "object"})},
    ),
    "Ahead": exactly(tickets=each(CODE), orders=each(CODE), refunds=NUMBER),
    "FoundToErase": exactly(members=each(exactly(id=NUMBER, name=TEXT))),
    "AheadOf": exactly(tickets=NUMBER, orders=NUMBER),
    "Keeping": exactly(
        texts=each(exactly(purpose=one_of(Purpose), version=NUMBER)),
        days={"type": "object", "additionalProperties": maybe(NUMBER)},
        erased=NUMBER,
    ),
    "Export": exactly(**EXPORT),
    "Exports": exactly(exports=each(known("Export"))),
    "Retried": exactly(retried=YES_NO),
    "Messages": exactly(messages=each(exactly(at=TEXT, phone=TEXT, text=TEXT))),
    "Health": exactly(ok=YES_NO, parts=exactly(database=YES_NO, schema=YES_NO, worker=YES_NO)),
}
