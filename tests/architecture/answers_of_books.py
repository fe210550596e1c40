"""Which address of the books answers with which shape, as what, and which are files."""

from __future__ import annotations

JSON: dict[str, dict[str, str]] = {
    "books.mine": {"GET": "Invoices"},
    "books.wish": {"GET": "ToInvoice"},
    "books.ask": {"POST": "ToInvoice"},
    "books.withdraw": {"POST": "ToInvoice"},
    "books.home": {"GET": "Books"},
    "books.movements": {"GET": "Listed"},
    "books.refunds": {"GET": "Listed"},
    "books.retry": {"POST": "TriedAgain"},
    "books.refund": {"GET": "Refund"},
    "books.decide": {"POST": "Refund"},
    "books.reviews": {"GET": "PaymentsToLookInto"},
    "books.payment": {"GET": "PaymentTold"},
    "books.looked_into": {"POST": "PaymentTold"},
    "books.state_page": {"POST": "PaymentTold"},
    "books.invoices": {"GET": "Listed"},
    "books.invoice": {"GET": "Invoice"},
    "books.reverse": {"POST": "Invoice"},
    "books.not_issued": {"POST": "Invoice"},
    "books.batches": {"GET": "InvoiceBatches"},
    "books.make_batch": {"POST": "InvoiceBatches"},
    "books.numbers": {"GET": "NumbersRead"},
    "books.bring_numbers": {"POST": "NumbersRead"},
    "books.columns": {"GET": "InvoiceColumns"},
    "books.set_columns": {"POST": "InvoiceColumns"},
    "books.differences": {"GET": "Listed"},
    "books.match": {"POST": "Matched"},
    "books.difference": {"GET": "Difference"},
    "books.settle": {"POST": "Difference"},
    "books.provider": {"GET": "ProviderRead"},
    "books.bring_moved": {"POST": "ProviderRead"},
}
SHOWN = {"books.bring_numbers"}
"""Its POST answers with a page of its own: what each line is worth."""
FILES = {
    "books.batch_csv": "text/csv",
    "books.batch_xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
