"""What states invoices pass through, what a column of their file may say, and what is matched."""

from __future__ import annotations

from enum import StrEnum


class InvoiceState(StrEnum):
    """How far an invoice is; `REVERSED` is 冲红."""

    REQUESTED = "requested"
    BATCHED = "batched"
    ISSUED = "issued"
    REVERSED = "reversed"
    WITHDRAWN = "withdrawn"


class Payer(StrEnum):
    """To whom an invoice is made out."""

    PERSON = "person"
    UNIT = "unit"


class Field(StrEnum):
    """What a column of the finance tool's file can say."""

    REQUEST = "request"
    PAYER = "payer"
    TITLE = "title"
    TAX_NUMBER = "tax_number"
    EMAIL = "email"
    AMOUNT = "amount"
    WHAT = "what"
    PAID_ON = "paid_on"
    METHOD = "method"
    RECEIPT = "receipt"


class Source(StrEnum):
    """What a day is matched with: a provider, the orders and places sold, the cash of a shift."""

    PROVIDER = "provider"
    SALES = "sales"
    CASH = "cash"
