"""Which address of the till answers with which shape."""

from __future__ import annotations

JSON: dict[str, dict[str, str]] = {
    "till.home": {"GET": "Till"},
    "till.find": {"POST": "Till"},
    "till.open_shift": {"POST": "Till"},
    "till.payment": {"GET": "TillPayment"},
    "till.take": {"POST": "TillPayment"},
    "till.take_on_account": {"POST": "TillPayment"},
    "till.match": {"POST": "TillPayment"},
    "till.settle": {"POST": "TillPayment"},
    "till.propose": {"POST": "TillPayment"},
    "till.agree": {"POST": "TillPayment"},
    "till.drop": {"POST": "TillPayment"},
    "till.pay_back": {"POST": "TillPayment"},
    "till.correct": {"POST": "TillPayment"},
    "till.shifts": {"GET": "Listed"},
    "till.shift": {"GET": "TillShift"},
    "till.close_shift": {"POST": "TillShift"},
    "till.hand_over": {"POST": "TillShift"},
    "till.accounts": {"GET": "Listed"},
    "till.unmatched": {"GET": "UnmatchedMoney"},
    "till.note_unmatched": {"POST": "UnmatchedMoney"},
    "till.send_back": {"POST": "UnmatchedMoney"},
    "till.codes": {"GET": "PrintedCodes"},
    "till.add_code": {"POST": "PrintedCodes"},
    "till.remove_code": {"POST": "PrintedCodes"},
}
SHOWN = {"till.find"}
FILES = {"till.receipt": "application/pdf", "till.shift_pdf": "application/pdf"}
