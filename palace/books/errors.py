"""Refusals of the books."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class InvoiceThere(PalaceError):
    """An invoice was asked for already, and stands."""

    status, code = 409, "invoice_there"
    message = N_("这笔钱已经申请过发票。")


class NothingToInvoice(PalaceError):
    """Nothing of the money is here: it did not come, or went back."""

    status, code = 409, "nothing_to_invoice"
    message = N_("这笔钱没有付，或者已经退了，不能开发票。")


class InvoiceUnderWay(PalaceError):
    """The finance tool has the request; it is not taken back any more."""

    status, code = 409, "invoice_under_way"
    message = N_("发票已经在开，不能撤回。要改，请联系售票处。")


class NotAtTheTool(PalaceError):
    """Only what the finance tool has and did not issue is taken back from it."""

    status, code = 409, "invoice_not_at_the_tool"
    message = N_("这张发票没有在开：还没有送去，或者已经有了号码。")


class NotIssued(PalaceError):
    """Only an issued invoice is reversed."""

    status, code = 409, "invoice_not_issued"
    message = N_("这张发票还没有开出来，不用冲红。")


class ReversedEarly(PalaceError):
    """An invoice is not reversed before it was issued, nor in time to come."""

    status, code = 422, "invoice_reversed_early"
    message = N_("冲红日期要在开票那天和今天之间。")


class NobodyWaits(PalaceError):
    """No request waits for a batch."""

    status, code = 409, "no_invoice_waits"
    message = N_("没有等着开的发票。")


class TableUnreadable(PalaceError):
    """What was brought is neither a CSV nor a workbook, or is too large."""

    status, code = 422, "books_table_unreadable"
    message = N_("读不了这个文件。请用 CSV 或 XLSX，最多%(most)s行。")


class TableUnclear(PalaceError):
    """The first line does not name the columns that are needed. Carries them in `columns`."""

    status, code = 422, "books_columns_unclear"
    message = N_("第一行要有这些列名：%(columns)s。")


class TableMissing(PalaceError):
    """Neither a file nor lines were sent."""

    status, code = 422, "books_table_missing"
    message = N_("请选文件，或者把行粘贴进来。")


class DayNotOver(PalaceError):
    """A day is matched once it is over."""

    status, code = 422, "day_not_over"
    message = N_("这一天还没有过完，明天再对。")
