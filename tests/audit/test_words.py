"""Whatever the code notes has its words: acts, subjects, the names of values and the codes they may be."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from enum import StrEnum

from palace.acting.queries import FoundBy
from palace.audit.acts import ACTS, SUBJECTS
from palace.audit.values import CODES, VALUES
from palace.blocks.rules import Way
from palace.broadcasts.rules import Audience
from palace.care.queries import TASK_DIED
from palace.codes.rules import Reason as CodesFor
from palace.complimentary.rules import Reason as GivenFor
from palace.consents.rules import Purpose
from palace.courses import states as courses
from palace.joining.rules import Verdict
from palace.members.rules import Role
from palace.moving.rules import MoveKind
from palace.privacy.forms import DaysForm
from palace.programme.rules import IdentityPolicy, Qualifies, Returns, SeatChoice, Seating
from palace.reports.rules import Format
from palace.rollcall.rules import Answer
from palace.rooms.wishes import Takers
from palace.strikes import rules as strikes
from palace.tickets.keeping import KeptFor
from palace.tickets.rules import TicketState
from palace.troupes.rules import TroupeKind
from palace.venues.rules import Mode
from palace.waiting.rules import WaitState
from tests.architecture.measure import parsed, python_files

CONSTANTS = {"TASK_DIED": TASK_DIED}
NOTES = {
    "note",
    "note_each",
    "noting",
    "audit.note",
    "people.note",
    "members.note",
    "services.note",
}
MADE = {"f'unit_{verdict}'": [f"unit_{verdict}" for verdict in Verdict]}
"""Acts that are put together, with everything they may become."""
NOTED: dict[str, tuple[type[StrEnum], ...]] = {
    "role": (Role,),
    "mode": (Mode,),
    "state": (
        TicketState,
        WaitState,
        MoveKind,
        strikes.Verdict,
        courses.EnrolmentState,
        courses.WaitState,
    ),
    "channel": (courses.Channel,),
    "answer": (Answer,),
    "kept_for": (KeptFor,),
    "move_kind": (MoveKind,),
    "way": (Way,),
    "audience": (Audience,),
    "purpose": (Purpose,),
    "seating": (Seating,),
    "choice": (SeatChoice,),
    "identity_policy": (IdentityPolicy,),
    "qualifies": (Qualifies,),
    "reason": (GivenFor, CodesFor),
    "returns": (Returns,),
    "format": (Format,),
    "found_by": (FoundBy,),
    "takers": (Takers,),
    "troupe_kind": (TroupeKind,),
}
"""What values of the audit are codes, and of which enums."""
STATE = re.compile(r"'state': '(\w+)'")


def noted() -> Iterator[tuple[str, ast.expr, ast.expr]]:
    """Yield where the code notes an act: the place, the act and the subject."""
    for path in python_files("palace"):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in NOTES:
                yield f"{path.name}:{node.lineno}", node.args[0], node.args[1]


def acts_of(given: ast.expr) -> Iterator[str]:
    """Yield the acts an expression may be; one nobody can tell is not passed over."""
    if isinstance(given, ast.IfExp):
        yield from acts_of(given.body)
        yield from acts_of(given.orelse)
    elif isinstance(given, ast.Constant):
        yield str(given.value)
    elif isinstance(given, ast.JoinedStr):
        yield from MADE[ast.unparse(given)]
    else:
        yield CONSTANTS[ast.unparse(given).rpartition(".")[2]]


def test_every_act_and_subject_the_code_notes_has_its_words() -> None:
    found = list(noted())
    acts = {act for _, given, _ in found for act in acts_of(given)}
    subjects = {
        str(part.value).partition(":")[0]
        for _, _, given in found
        if isinstance(given, ast.JoinedStr)
        for part in given.values[:1]
        if isinstance(part, ast.Constant)
    }
    assert len(found) >= 17
    assert acts <= set(ACTS), f"palace/audit/acts.py: ACTS lacks {acts - set(ACTS)}"
    assert subjects <= set(SUBJECTS), (
        f"palace/audit/acts.py: SUBJECTS lacks {subjects - {*SUBJECTS}}"
    )


def test_every_value_the_code_notes_has_its_word() -> None:
    names = set()
    for path in python_files("palace"):
        for node in ast.walk(parsed(path)):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) not in {*NOTES, "Personal"}:
                continue
            for given in node.keywords:
                if given.arg in {"before", "after"} and isinstance(given.value, ast.Dict):
                    keys = [key for key in given.value.keys if isinstance(key, ast.Constant)]
                    names |= {str(key.value) for key in keys}
    assert {"name", "minutes", "sign_ins"} <= names
    names |= {"purpose", "version"}  # passed on by name
    names |= {name for name in vars(DaysForm) if name.endswith(("_days", "_months", "_per_day"))}
    assert names <= set(VALUES), f"palace/audit/values.py: VALUES lacks {names - {*VALUES}}"


def test_every_code_a_value_may_be_has_its_words() -> None:
    for name, enums in NOTED.items():
        codes = {code.value for enum in enums for code in enum}
        assert codes <= set(CODES[name]), f"palace/audit/values.py: CODES[{name!r}] lacks some"


def test_every_code_the_code_notes_is_one_of_these() -> None:
    """A value of an enum under a name of the audit's, and a state that is noted as it is written."""
    found, written = set(), set()
    for path in python_files("palace"):
        told = [node for node in ast.walk(parsed(path)) if isinstance(node, ast.Dict)]
        for each in told:
            for key, value in zip(each.keys, each.values, strict=True):
                name = str(key.value) if isinstance(key, ast.Constant) else ""
                if name in VALUES and isinstance(value, ast.Attribute) and value.attr == "value":
                    found.add(name)
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in NOTES:
                for given in node.keywords:
                    written |= set(STATE.findall(ast.unparse(given.value)))
    assert {"mode", "role", "way"} <= found
    assert found - {"unit"} <= set(NOTED)  # a line of a roster that names a unit wrongly
    assert {"returned", "missed", "forgiven"} <= written
    assert written <= set(CODES["state"])
