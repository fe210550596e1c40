"""Conventions of the house that a reader should never have to check by hand."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import pytest

from tests.architecture.measure import (
    ROOT,
    Found,
    committed,
    expect_none,
    import_graph,
    parsed,
    python_files,
)

PALACE = python_files("palace")
NOT_PARTS = {
    "demo": "loads a palace for show through the parts; nothing imports it but the commands"
}
PARTS = sorted(
    path.parent
    for path in PALACE
    if path.name == "__init__.py"
    and path.parent.parent == ROOT / "palace"
    and path.parent.name not in NOT_PARTS
)
USUAL = {
    "__init__",
    "views",
    "forms",
    "printing",
    "services",
    "claims",
    "queries",
    "models",
    "rules",
    "errors",
}
UNUSUAL = {
    "agenda/secrets.py": "the secret in a feed's address: made, and read again",
    "books/states.py": "the states of invoices and the sides of a match, which models and rules share",
    "books/reading.py": "tables that come from outside: numbers of invoices, a provider's lines",
    "books/writers.py": "a batch of invoices as the file the finance tool reads",
    "calendars/uses.py": "the statements of rooms' uses that the feeds' statements are made of",
    "troupes/belonging.py": "the select of troupes that agendas of everybody put into theirs",
    "agenda/blocks.py": "the VEVENT block of an entry, stored with it and joined into feeds",
    "arrivals/tokens.py": "the codes at doors, and the secrets of their screens",
    "rollcall/tokens.py": "the code on a teacher's phone, and what a scan of it is worth",
    "audit/acts.py": "every act in words, and what acts are done to",
    "audit/seals.py": "the statements of sealing, and how a line is written to be hashed",
    "audit/values.py": "the values of acts in words",
    "care/measurements.py": "what was measured of the palace, before anybody judges it",
    "care/messages.py": "whether messages can leave the house, beside the rules of the other parts",
    "care/probes.py": "what the machine tells without the database, each for a bounded time",
    "codes/sealing.py": "the texts of codes, made from a key whenever they are printed",
    "coupons/reading.py": "a partner's file, or pasted text, as lines with one code each",
    "courses/belonging.py": "the select of classes, and both, that agendas of everybody put into theirs",
    "courses/catalogue.py": "the tables of what is taught and when, shown by models",
    "privacy/teaching.py": "what is kept of who learns or teaches, beside holdings",
    "courses/queueing.py": "how long queues and offers last: rules without a database",
    "courses/policies.py": "the table of the figures of classes",
    "courses/states.py": "the states of classes and places: words that models, rules and pages share",
    "members/facts.py": "rules of numbers that change hands, beside those of members",
    "members/phones.py": "the one form of a mobile number, for every part that asks for one",
    "members/posts.py": "rules of posts and proofs, beside those of members",
    "members/unions.py": "tables of unions and whom they list, shown by models",
    "members/units.py": "kinds of unions and what rosters say, beside the rules of members",
    "notices/quiet.py": "when people sleep, for messages and for the offers of two parts",
    "payments/backends/__init__.py": "who takes money: one interface",
    "payments/backends/base.py": "the interface, and what is said over it in plain values",
    "payments/backends/breaker.py": "who waits for a provider that does not answer: nobody",
    "payments/backends/counter.py": "money that is taken in person",
    "payments/backends/loading.py": "which of them this palace's settings name",
    "payments/backends/stripe.py": "a provider: its pages, refunds and news",
    "payments/backends/stripe_things.py": "what its things say, apart from asking for them",
    "payments/backends/stripe_line.py": "the line to it, and what goes wrong on the way",
    "payments/states.py": "the states and ways of money: words that models, services and pages share",
    "pictures/sending.py": "the fields of a picture in any part's form, and how what was sent is taken in",
    "review/written.py": "what desks that write productions and courses ask of the review",
    "plans/foreign.py": "another program's plans made into ours",
    "plans/headings.py": "the words a plan's sheet uses, in both languages, read and written",
    "plans/placing.py": "where seats stand when a sheet says it only in part",
    "plans/reading.py": "a sheet somebody made elsewhere as a plan's document",
    "plans/writers.py": "a plan as a file that is read again as it was",
    "notices/gateways/__init__.py": "how messages leave the house: one interface",
    "notices/gateways/aliyun.py": "one provider through its own library, loaded by the worker alone",
    "notices/gateways/screen.py": "the gateway of a demonstration",
    "notices/gateways/smtp.py": "letters over the standard library",
    "notices/gateways/tencent.py": "one provider through its own library, loaded by the worker alone",
    "notices/kinds.py": "the words and the age of each kind of notice",
    "notices/kind.py": "what a kind of notice is, below those who list some",
    "notices/lessons.py": "the kinds about classes, shown by kinds",
    "audit/charging.py": "the acts and values of money, shown by acts and values",
    "audit/lessons.py": "the acts about classes, shown by acts",
    "notices/senders.py": "a notice in words, as a text and as a template's variables",
    "moving/effects.py": "what a move of a show would do, before anybody does it",
    "tickets/entrants.py": "the form of who comes in, for a single order and for a package's",
    "tickets/fields.py": "what pages of a show and of a package send back of the money they showed",
    "privacy/holding.py": "what one table keeps of a member, as page, download and erasing read it",
    "privacy/holdings.py": "every table that keeps something of a member, in one place",
    "privacy/lending.py": "those of rooms and troupes, shown by holdings",
    "rooms/wishes.py": "what the rules of rooms read, as plain values",
    "rooms/fields.py": "days, clock times and things as fields, for the forms of rooms and their queries",
    "rooms/states.py": "how dates of reservations stand, which rules and pages share",
    "rooms/policies.py": "the table of how rooms are lent, shown by models",
    "privacy/ticketing.py": "those of what somebody booked, shown by holdings",
    "privacy/rows.py": "which rows of a table are a member's, where no column says it alone",
    "privacy/ledger.py": "the copy of the erasures beside the backups",
    "rooms/timetable.py": "a day of a room in minutes: its free half-hours, plain values",
    "rooms/ways.py": "what somebody looks for and could have instead, plain values",
    "courses/figures.py": "the figures of classes in words, which their page and the audit share",
    "coursedesk/fields.py": "what is written of a class and of a teacher, shown by forms",
    "teachers/fields.py": "fields of names, texts and amounts of what is taught",
    "courses/series.py": "days of a class by its pattern, beside the rules of enrolling",
    "rooms/series.py": "rules of a weekly series, beside those of rooms",
    "hours/reading.py": "a list of special days somebody brings, as lines",
    "rooms/figures.py": "the figures of a policy in words, which its page and the audit share",
    "roster/delimited.py": "reads a CSV a block at a time, in the process for files nobody trusts",
    "roster/following.py": "the statements by which members follow what an import wrote",
    "roster/headings.py": "the words lists use for their columns, in both languages",
    "roster/reading.py": "the process that reads an uploaded roster with bounded memory and time",
    "roster/sealing.py": "an uploaded file as it lies in the database, locked",
    "roster/tree.py": "the tree of units: written by list, found by what people call them",
    "roster/verifier.py": "asks another office whether somebody is a member",
    "roster/vouching.py": "what an office's verdict changes, apart from imports",
    "roster/xlsx.py": "reads the first sheet of an XLSX in a stream",
    "reports/writers.py": "a list as CSV or workbook, in bounded memory",
    "surveys/reading.py": "which courses pasted lines name",
    "tickets/booked.py": "the statements that write what was won by a claim",
    "tickets/counts.py": "the parts of the statement of the terms",
    "tickets/gaps.py": "the rule that no single seat is left beside a choice",
    "tickets/late.py": "the statement by which late money takes again what is nobody's",
    "tickets/kept.py": "whose a seat is, and the statements that keep it and let it go",
    "tickets/quotas.py": "the statements that lock and count quotas, last of all",
    "tickets/keeping.py": "rules of kept seats: whom they are for, which grants open them",
    "tickets/neighbours.py": "rules of seats beside each other",
    "tickets/seatmap.py": "the drawing of a plan, cached per plan and language",
    "tickets/seatstate.py": "two bits a seat, answered before Flask",
    "troupes/reading.py": "whom pasted lines name",
    "tickets/terms.py": "what the rules decide on, read in one statement after the member's lock",
    "tickets/tokens.py": "the signed token in a ticket's QR code",
    "venues/seatplan.py": "reads a plan's file and refuses one that cannot be a house",
    "venues/fields.py": "figures as fields of a form, for the pages of the house and of its rooms",
    "venues/figure.py": "what a figure of a house is",
    "venues/figures.py": "the figures of a house in words, which its pages and the audit share",
    "venues/charging.py": "the figures of money, shown by figures",
    "venues/changes.py": "the figures of changed seats, given tickets and moved shows, shown by figures",
    "venues/messages.py": "the figures of codes and messages, shown by figures",
    "venues/queueing.py": "the figures of queues and reminders, shown by figures",
    "venues/house.py": "the table of a house's rules, shown by models",
}
FORBIDDEN = {"event", "booking", "slot", "manager", "helper", "helpers", "util", "utils"}
FORBIDDEN_ALONE = {"session", "data", "info"}
NAMED_BY_OTHERS = {
    "palace/forms.py data": "WTForms' name for the value of a field",
    "palace/rooms/fields.py data": "WTForms' name for the value of a field",
    "palace/tickets/forms.py data": "WTForms' name for the value of a field",
    "palace/notices/forms.py data": "WTForms' name for the value of a field",
}
REGISTRIES = re.compile(
    r"(pypi|pythonhosted|npmmirror|unpkg|jsdelivr)\.(org|com|net)"
    r"|registry\.(npm|yarn)|mirrors?\.(aliyun|ustc|tencent|tuna)"
)
MACHINE_PATHS = re.compile(r"(?<![\w.])/(work|root|Users|home/\w+)/\w|/tmp/\w*dev")
CALLS_THAT_ASK_THE_CLOCK = {"now", "today", "utcnow"}
Check = Callable[[ast.AST], str | None]


def violations(check: Check, *, allowed: Collection[str] = ()) -> list[str]:
    """Return where `check` names something wrong in palace, apart from the `allowed` files and places."""
    found = [
        Found(path, getattr(node, "lineno", 1), wrong)
        for path in PALACE
        for node in ast.walk(parsed(path))
        if (wrong := check(node))
    ]
    return [
        str(place)
        for place in found
        if not {place.path.relative_to(ROOT).as_posix(), place.without_line} & set(allowed)
    ]


def called(node: ast.AST) -> str | None:
    """Return the last name of what a call calls."""
    return (
        node.func.attr
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        else None
    )


def test_only_the_kernel_commits() -> None:
    assert (
        violations(
            lambda node: "commit" if called(node) == "commit" else None, allowed=("palace/db.py",)
        )
        == []
    )


def asks_the_machine_for_the_time(node: ast.AST) -> str | None:
    """Name a call such as `datetime.now()` or `date.today()`."""
    if called(node) not in CALLS_THAT_ASK_THE_CLOCK:
        return None
    asked = ast.unparse(node)
    return asked if re.match(r"(\w+\.)*(datetime|date)\.", asked) else None


def test_only_the_clock_tells_the_time() -> None:
    expect_none(violations(asks_the_machine_for_the_time, allowed=("palace/clock.py",)))


def locks_too_much(node: ast.AST) -> str | None:
    """Name a row lock that a foreign key's key share would have to wait for; queues skip what is locked."""
    if called(node) == "with_for_update":
        assert isinstance(node, ast.Call)
        given = {word.arg: ast.unparse(word.value) for word in node.keywords}
        return (
            None
            if "True" in (given.get("key_share"), given.get("read"), given.get("skip_locked"))
            else ast.unparse(node)[-60:]
        )
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" not in node.value:
        plain = re.search(r"\bFOR UPDATE\b(?! SKIP LOCKED)", node.value)
        return node.value[-60:] if plain else None
    return None


def test_row_locks_leave_foreign_keys_alone() -> None:
    """Only what takes a performance back or moves it keeps orders out, on purpose."""
    desk, moves = "palace/desk/claims.py", "palace/moving/services/running.py"
    expect_none(violations(locks_too_much, allowed=(desk, moves)))


def test_parts_have_only_files_with_the_usual_names() -> None:
    odd = []
    for part in PARTS:
        for path in part.rglob("*.py"):
            name = path.relative_to(part.parent).as_posix()
            if (
                path.relative_to(part).parts[0].removesuffix(".py") not in USUAL
                and name not in UNUSUAL
            ):
                odd.append(name)
    expect_none(odd)


def test_every_unusual_file_is_there() -> None:
    expect_none([name for name in UNUSUAL if not (ROOT / "palace" / name).exists()])


def defined_name(node: ast.AST) -> str | None:
    """Return the name a node gives to something of ours."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return node.name
    if isinstance(node, ast.arg):
        return node.arg
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return node.id
    return node.asname if isinstance(node, ast.alias) else None


def words(name: str) -> list[str]:
    """Split a name: `NoticeSender` and `notice_sender` are both notice, sender."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]


def wrongly_named(node: ast.AST) -> str | None:
    """Name what is called by a word that says nothing, or another thing than the glossary says."""
    name = defined_name(node)
    if name is None:
        return None
    return (
        name if name.strip("_").lower() in FORBIDDEN_ALONE or FORBIDDEN & set(words(name)) else None
    )


def test_names_say_what_the_palace_says() -> None:
    expect_none(violations(wrongly_named, allowed=NAMED_BY_OTHERS))
    expect_none(
        [path.name for path in PALACE if {*FORBIDDEN, *FORBIDDEN_ALONE} & set(words(path.stem))]
    )


def texts() -> Iterator[tuple[Path, str]]:
    """Yield the text files of the tree, this one left out: it names what it looks for."""
    for path in committed():
        if path != Path(__file__).resolve() and path.suffix not in {
            ".png",
            ".jpg",
            ".ttf",
            ".woff2",
            ".mo",
        }:
            yield path, path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "pattern", [REGISTRIES, MACHINE_PATHS], ids=["registry hosts", "paths of one machine"]
)
def test_no_file_ties_the_tree_to_one_place(pattern: re.Pattern[str]) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number} {line.strip()[:80]}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    expect_none(found)


def test_views_and_forms_are_for_their_own_part() -> None:
    graph = import_graph()
    strange = []
    for module in graph.modules:
        part, _, rest = module.removeprefix("palace.").partition(".")
        if rest.split(".")[0] in {"views", "forms"}:
            strange += [
                f"{importer} imports {module}"
                for importer in graph.find_modules_that_directly_import(module)
                if importer != "palace" and not importer.startswith(f"palace.{part}.views")
            ]
    expect_none(strange)
