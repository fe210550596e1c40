"""What teachers and their people do: call a roll, sign in, ask for leave, answer, sign their hours."""

from palace.rollcall.services.calling import call_roll, opens_at, sign_in
from palace.rollcall.services.inviting import accept, decline, invite, withdraw
from palace.rollcall.services.leaving import ahead, ask_leave, withdraw_leave
from palace.rollcall.services.signing import check, sign

__all__ = [
    "accept",
    "ahead",
    "ask_leave",
    "call_roll",
    "check",
    "decline",
    "invite",
    "opens_at",
    "sign",
    "sign_in",
    "withdraw",
    "withdraw_leave",
]
