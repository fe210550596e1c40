"""What people do to be known here: ask for a code, sign in, out, change what is theirs; and the audit."""

from palace.members.services.audit import note
from palace.members.services.codes import (
    CodeOffice,
    Guess,
    ask_code,
    asked_challenge,
    code_of,
    code_office,
    hand_over,
    is_scarce,
    new_browser,
    passed_challenge,
    try_code,
)
from palace.members.services.own import ask_access, rename, renew_calendar
from palace.members.services.people import choose_person, join, join_unnamed, sign_in_only_person
from palace.members.services.sign_ins import (
    end_sign_in,
    open_sign_in,
    sign_out_everywhere,
    token_hash,
)
from palace.members.services.staff import (
    check_password,
    employ,
    hash_password,
    leave,
    renew_password,
)

__all__ = [
    "CodeOffice",
    "Guess",
    "ask_access",
    "ask_code",
    "asked_challenge",
    "check_password",
    "choose_person",
    "code_of",
    "code_office",
    "employ",
    "end_sign_in",
    "hand_over",
    "hash_password",
    "is_scarce",
    "join",
    "join_unnamed",
    "leave",
    "new_browser",
    "note",
    "open_sign_in",
    "passed_challenge",
    "rename",
    "renew_calendar",
    "renew_password",
    "sign_in_only_person",
    "sign_out_everywhere",
    "token_hash",
    "try_code",
]
