"""Every column is known for what it is, documented, taken along and erased, or said why not."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlalchemy import Table

from palace.db import Base
from palace.privacy.holding import Holding
from palace.privacy.holdings import HOLDINGS
from tests.architecture.measure import ROOT, expect_none
from tests.privacy.columns import PERSONAL, PLAIN

FIRST_CELL = re.compile(r"^\|([^|]*)\|", re.MULTILINE)
NAMED = re.compile(r"`(\w+\.\w+)`")
NOT_OF_MEMBERS = {
    "staff": "who works here; leaves by `palace staff`, stays as the name behind old decisions",
    "second_factors": "staff alone have one",
    "recovery_codes": "staff alone have them",
    "roster_imports": "who brought a unit's list, and which of its rows it spared",
    "roster_chunks": "the file of a list on its way in; gone when it was read",
    "roster_errors": "lines and reasons of a list, never what stands in them",
    "call_offs": "which two staff called a class off, as numbers",
    "moves": "which two staff moved or cancelled a show, as numbers",
    "broadcasts": "which staff wrote and confirmed one, as numbers",
    "blocks": "which staff gave one, as a number",
    "complimentaries": "which staff gave and confirmed, as numbers, and why",
    "code_batches": "which staff made one, as a number",
    "coupon_pools": "which staff made one, as a number",
    "block_lists": "which organiser pasted one, as a number; its names are told by themselves",
    "block_papers": "a name a unit wrote for a paper ticket it holds; of no account, gone with its days",
    "posters": "which staff made one, as a number",
    "safety_letters": "which staff published one, as a number",
    "shifts": "which staff was at the till and who signed for its cash, as numbers",
    "invoice_batches": "which staff made one, as a number",
    "differences": "which staff settled one, as a number, and what they said of it",
    "closures": "which staff closed a space, as a number",
    "occurrence_equipment": "how many things were carried to a room",
    "revisions": "which staff wrote it, as a number",
    "review_decisions": "which staff decided, as a number, and what they said of the text",
    "consent_texts": "which staff published it, as a number",
    "offerings": "what is taught; the teacher is named by their own row, in public",
    "class_sessions": "what is taught when; the teacher is named by their own row, in public",
    "recordings": "which staff or teacher added one, as a number",
    "throttle": "hashes of addresses and numbers, gone within the hour, in no backup",
}
NOT_TOLD = {
    "personal_keys": "opens a person's values in the audit, which are told opened; erasing destroys it",
    "erasures": "there is nobody any more to tell; a number alone",
}
STAYS_ANONYMOUS = {
    "orders": "money and statistics",
    "claims": "money and statistics",
    "complimentary_people": "statistics",
    "codes": "that a code was used, not by whom; who is emptied",
    "package_orders": "money and statistics",
    "tickets": "money and statistics",
    "admissions": "statistics",
    "payments": "money",
    "payment_attempts": "money",
    "movements": "money",
    "refunds": "money",
    "on_account": "money",
    "invoice_requests": "money",
    "coupons": "how many a partner's codes went to which union; the code is emptied",
    "gifts": "who gave which ticket to whom; the number's end is emptied",
    "reservations": "use of the rooms; the note is emptied",
    "occurrences": "use of the rooms",
    "certifications": "who signed for a troupe",
    "enrolments": "how full classes were; why they ended is emptied",
    "attendance_marks": "statistics",
    "leaves": "statistics; the words are emptied",
    "class_scores": "statistics; the words are emptied",
    "certificates": "numbers have no gaps; the name is emptied, the certificate revoked",
    "teachers": "what was taught; name and words are emptied",
    "hours_sheets": "money",
    "teaching_invitations": "who was asked; why they declined is emptied",
    "posts": "who decided what; ended by erasing",
    "consents": "proof that there was one; ended by erasing",
    "challenges": "gone after a day by itself; else codes could be asked for without end",
    "audit_lines": "numbers and acts; names in it are unreadable without the personal key",
    "roster_entries": "the unit's list, not ours; entries that only an application made go",
    "members": "a number and when it was made, which tells a restore whom it must erase again",
}
MEMBER_COLUMNS_LEFT = {"created_at", "erased_at"}


def holdings() -> Mapping[str, Holding]:
    """Return what is kept of members, by table."""
    return {holding.name: holding for holding in HOLDINGS}


def leads_to_members(table: Table, seen: frozenset[str] = frozenset()) -> bool:
    """Return whether a row of a table is of somebody: it points at a member, or at what does."""
    if table.name in seen or table.name in NOT_OF_MEMBERS:
        return False
    targets = {key.column.table for key in table.foreign_keys}
    return any(
        target.name == "members" or leads_to_members(target, seen | {table.name})
        for target in targets
    )


def test_every_column_is_personal_or_plain_and_none_is_gone() -> None:
    there = {f"{table.name}.{one.name}" for table in tables() for one in table.columns}
    known = [
        f"{table}.{one}"
        for kind in (PERSONAL, PLAIN)
        for table, names in kind.items()
        for one in names.split()
    ]
    assert len(known) == len(set(known))
    expect_none([f"say in tests/privacy/columns.py what {one} is" for one in there - set(known)])
    expect_none([f"{one} is no column" for one in set(known) - there])


def tables() -> list[Table]:
    """Return every table."""
    return list(Base.metadata.tables.values())


def test_every_personal_column_has_its_row_in_the_document() -> None:
    text = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    rows = {name for cell in FIRST_CELL.findall(text) for name in NAMED.findall(cell)}
    wanted = {f"{table}.{one}" for table, names in PERSONAL.items() for one in names.split()}
    expect_none(sorted(f"docs/privacy.md says nothing of {one}" for one in wanted - rows))
    expect_none(sorted(f"docs/privacy.md calls {one} personal" for one in rows - wanted))


def test_what_leads_to_a_member_is_told_or_said_why_not() -> None:
    found = {table.name for table in tables() if leads_to_members(table)} | set(PERSONAL)
    left = found - set(holdings()) - set(NOT_OF_MEMBERS) - set(NOT_TOLD)
    expect_none([f"{name} is in no HOLDINGS (palace/privacy/holdings.py)" for name in sorted(left)])


def test_columns_that_are_not_told_are_hashes_keys_and_others_names() -> None:
    untold = {f"{name}.{one}" for name, holding in holdings().items() for one in holding.untold}
    assert untold == {
        "applications.decided_by",
        "posts.granted_by",
        "sign_ins.token_hash",
        "codes.code_hash",
        "challenges.browser_hash",
        "challenges.address_hash",
        "entrants.identity_hash",
        "entrants.key_id",
        "coupons.mark",
        "coupons.sealed",
        "companions.identity_hash",
        "companions.key_id",
        "appeals.decided_by",
        "strikes.written_by",
        "occurrences.decided_by",
        "occurrences.ended_by",
        "certifications.decided_by",
        "enrolments.excused_by",
        "enrolments.ended_by",
        "attendance_marks.marked_by",
        "attendance_marks.device",
        "attendance_marks.sequence",
        "certificates.issued_by",
        "certificates.revoked_by",
        "hours_sheets.checked_by",
        "teaching_invitations.asked_by",
        "strikes.forgiven_by",
        "payment_attempts.request",
        "payment_attempts.address",
        "gifts.giver_id",
        "gifts.receiver_id",
        "agenda_entries.block",
        "command_keys.body_hash",
        "audit_lines.personal",
        "audit_lines.personal_of",
    }


def test_what_is_told_goes_or_stays_anonymous_for_a_reason() -> None:
    stays = {name for name, one in holdings().items() if one.goes is None or one.emptied}
    assert stays | {"roster_entries"} == set(STAYS_ANONYMOUS)
    emptied = set(holdings()["members"].emptied)
    assert set(PERSONAL["members"].split()) - emptied <= MEMBER_COLUMNS_LEFT


def test_no_column_stands_in_for_one_that_is_not_there() -> None:
    for name, holding in holdings().items():
        columns = set(Base.metadata.tables[name].columns.keys())
        assert set(holding.untold) | set(holding.emptied) <= columns
