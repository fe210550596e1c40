"""An invoice from the member's wish to 冲红: the straight line, its edges, and what is refused."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from palace import clock
from palace.books import services
from palace.books.errors import InvoiceThere, InvoiceUnderWay, NobodyWaits, NothingToInvoice
from palace.books.rules import Line, Outcome, outcome_of, read_day, reversed_in_time
from palace.books.states import InvoiceState
from palace.clock import palace_day
from palace.payments import services as payments
from palace.payments.errors import InvoiceFirst
from palace.payments.states import Method, RefundState
from palace.roster import xlsx
from tests.books.conftest import TAX, UNIT, Paid, issue, numbers, pay_for
from tests.factory import Factory
from tests.money import refunds

DAY = palace_day  # short in the tables below


def test_from_a_members_wish_to_the_reversed_invoice(
    paid: Paid, payer: FlaskClient, finance: FlaskClient
) -> None:
    path = f"/mine/invoices/{paid.payment_id}"
    assert f'href="{path}"' in payer.get("/mine/invoices").text
    assert payer.post(path, data=UNIT).status_code == 303
    assert "等着开" in payer.get("/mine/invoices").text
    assert "1张发票等着开" in finance.get("/staff/books").text
    assert finance.post("/staff/books/batches").status_code == 303
    batch = paid.request().batch_id
    sheet = finance.get(f"/staff/books/batches/{batch}.csv").data.decode("utf-8-sig")
    heads, line = sheet.splitlines()
    assert heads.startswith("申请单号,个人还是单位,抬头,税号,金额（元）")
    assert line.startswith(f"{paid.request().id},单位,太原公交公司工会,{TAX},30.00,")
    rows = list(xlsx.rows(io.BytesIO(finance.get(f"/staff/books/batches/{batch}.xlsx").data)))
    assert rows[1][3] == TAX

    lines = numbers(paid.request())
    looked = finance.post("/staff/books/numbers", data={"lines": lines})
    assert "1行可以记" in looked.text
    assert paid.request().state is InvoiceState.BATCHED
    done = finance.post("/staff/books/numbers", data={"lines": lines, "sure": "1"})
    assert done.status_code == 303
    number = paid.request().number
    assert number is not None
    assert number in payer.get("/mine/invoices").text

    refund = paid.owe()
    assert refund.state is RefundState.HELD
    with pytest.raises(InvoiceFirst):
        payments.pay_back(
            refund.id, method=Method.CASH, by="staff:1", shift_id=None, now=clock.now()
        )
    assert "1笔退款等发票冲红" in finance.get("/staff/books").text
    today = DAY(clock.now()).isoformat()
    address = f"/staff/books/invoices/{paid.request().id}/reverse"
    assert finance.post(address, data={"on": today}).status_code == 303
    assert refunds()[0].state is RefundState.COUNTER
    assert paid.request().state is InvoiceState.REVERSED
    assert finance.post(address, data={"on": today}).status_code == 303  # twice is once


def test_what_the_finance_tool_is_brought_twice_happens_once(
    paid: Paid, finance: FlaskClient
) -> None:
    paid.ask()
    issue(paid, finance)
    again = finance.post(
        "/staff/books/numbers",
        data={"lines": numbers(paid.request()), "sure": "1"},
        headers={"Accept": "application/json"},
    )
    assert again.json is not None
    assert [one["outcome"] for one in again.json["lines"]] == ["known"]
    assert again.json["good"] == 0


def test_a_bad_line_leaves_the_good_ones(make: Factory, paid: Paid, finance: FlaskClient) -> None:
    other = pay_for(make)
    for one in (paid, other):
        one.ask()
    services.make_batch(by="staff:1")
    text = numbers(paid.request(), other.request()).replace(f"{10000000 + other.request().id}", "x")
    finance.post(
        "/staff/books/numbers", data={"lines": f"{text}\n999999,10009999,2026-01-01", "sure": "1"}
    )
    assert paid.request().state is InvoiceState.ISSUED
    assert other.request().state is InvoiceState.BATCHED


def test_one_number_is_one_invoices(make: Factory, paid: Paid) -> None:
    other = pay_for(make)
    ids = [one.ask().id for one in (paid, other)]
    services.make_batch(by="staff:1")
    today = DAY(clock.now())
    judged = services.bring_in([Line(2, str(one), "12345678", today) for one in ids], by="staff:1")
    assert [one.outcome for one in judged] == [Outcome.GOOD, Outcome.TAKEN]


def test_a_file_without_the_columns_says_which(finance: FlaskClient) -> None:
    answer = finance.post("/staff/books/numbers", data={"lines": "甲,乙\n1,2"})
    assert answer.status_code == 422
    assert "开票日期" in answer.text
    assert "甲,乙" in answer.text  # nothing typed is lost
    assert finance.post("/staff/books/numbers", data={"lines": ""}).status_code == 422


def test_a_workbook_is_read_too(paid: Paid, finance: FlaskClient) -> None:
    paid.ask()
    services.make_batch(by="staff:1")
    from_tool = numbers(paid.request()).encode("gb18030")
    answer = finance.post(
        "/staff/books/numbers",
        data={"file": (io.BytesIO(from_tool), "out.csv"), "sure": "1"},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303
    assert paid.request().state is InvoiceState.ISSUED


def test_own_columns_are_the_files_and_name_the_answers_column(
    paid: Paid, finance: FlaskClient
) -> None:
    form = {
        "heading": ["单据编号", "购方名称", "税率", "含税金额"],
        "what": ["request", "title", "fixed", "amount"],
        "fixed": ["", "", "免税", ""],
    }
    assert finance.post("/staff/books/columns", data=form).status_code == 303
    request = paid.ask()
    batch = services.make_batch(by="staff:1")
    sheet = finance.get(f"/staff/books/batches/{batch.id}.csv").data.decode("utf-8-sig")
    assert sheet.splitlines() == [
        "单据编号,购方名称,税率,含税金额",
        f"{request.id},张建华,免税,30.00",
    ]
    lines = numbers(request).replace("申请单号", "单据编号")
    finance.post("/staff/books/numbers", data={"lines": lines, "sure": "1"})
    assert paid.request().state is InvoiceState.ISSUED


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"heading": ["抬头"], "what": ["title"], "fixed": [""]}, "申请单号"),
        ({"heading": ["单号", ""], "what": ["request", "fixed"], "fixed": ["", "x"]}, "都要有列名"),
        (
            {"heading": ["单号", "税率"], "what": ["request", "fixed"], "fixed": ["", ""]},
            "都要有列名",
        ),
        ({"heading": ["单号"], "what": ["nonsense"], "fixed": [""]}, "都要有列名"),
    ],
)
def test_columns_that_cannot_be_are_said_and_kept(
    finance: FlaskClient, form: dict[str, list[str]], said: str
) -> None:
    answer = finance.post("/staff/books/columns", data=form)
    assert answer.status_code == 422
    assert said in answer.text
    assert form["heading"][0] in answer.text


class TestAsking:
    """Who may ask, for how much, and what is refused."""

    def test_asked_twice_it_is_one_another_is_refused(self, paid: Paid) -> None:
        assert paid.ask().id == paid.ask().id
        with pytest.raises(InvoiceThere):
            paid.ask("别人")

    def test_only_what_is_still_here(self, paid: Paid) -> None:
        paid.owe(1000)
        assert paid.ask().amount == 2000

    def test_nothing_where_all_went_back(self, paid: Paid) -> None:
        paid.owe()
        with pytest.raises(NothingToInvoice):
            paid.ask()

    def test_the_page_says_what_went_back_and_offers_none_of_nothing(
        self, paid: Paid, payer: FlaskClient
    ) -> None:
        address = f"/mine/invoices/{paid.payment_id}"
        assert address in payer.get("/mine/invoices").text
        paid.owe(3000)
        page = payer.get("/mine/invoices").text
        assert "退款 30元" in page
        assert address not in page

    def test_what_goes_back_before_the_batch_is_not_invoiced(
        self, make: Factory, paid: Paid
    ) -> None:
        other = pay_for(make)
        paid.ask()
        other.ask()
        paid.owe()
        other.owe(500)
        services.make_batch(by="staff:1")
        assert paid.request().state is InvoiceState.WITHDRAWN
        assert other.request().amount == 2500

    def test_what_goes_back_between_the_batch_and_its_number_waits(
        self, paid: Paid, finance: FlaskClient
    ) -> None:
        paid.ask()
        services.make_batch(by="staff:1")
        refund = paid.owe(1000)
        assert refund.state is RefundState.HELD
        with pytest.raises(InvoiceFirst):
            payments.pay_back(
                refund.id, method=Method.CASH, by="staff:1", shift_id=None, now=clock.now()
            )
        lines = numbers(paid.request())
        finance.post("/staff/books/numbers", data={"lines": lines, "sure": "1"})
        assert (paid.request().state, paid.request().amount) == (InvoiceState.ISSUED, 3000)
        assert refunds()[0].state is RefundState.HELD
        services.reverse(paid.request(), DAY(clock.now()), by="staff:1")
        assert refunds()[0].state is RefundState.COUNTER

    def test_what_the_tool_did_not_issue_is_taken_back_and_lets_go_what_it_held(
        self, paid: Paid, finance: FlaskClient
    ) -> None:
        address = f"/staff/books/invoices/{paid.ask().id}/not-issued"
        assert finance.post(address, data={"why": "x"}).status_code == 409
        services.make_batch(by="staff:1")
        paid.owe(1000)
        assert finance.post(address, data={"why": ""}).status_code == 422
        assert refunds()[0].state is RefundState.HELD
        assert "没有开成" in finance.get(address.removesuffix("/not-issued")).text
        for _ in range(2):
            assert finance.post(address, data={"why": "税号不对"}).status_code == 303
        assert (paid.request().state, refunds()[0].state) == (
            InvoiceState.WITHDRAWN,
            RefundState.COUNTER,
        )
        assert paid.ask().amount == 2000

    def test_an_issued_one_is_not_taken_back(self, paid: Paid, finance: FlaskClient) -> None:
        paid.ask()
        issue(paid, finance)
        address = f"/staff/books/invoices/{paid.request().id}/not-issued"
        assert finance.post(address, data={"why": "x"}).status_code == 409

    def test_nothing_waits_nothing_is_made(self, paid: Paid) -> None:
        with pytest.raises(NobodyWaits):
            services.make_batch(by="staff:1")
        paid.ask()
        paid.owe()
        with pytest.raises(NobodyWaits):
            services.make_batch(by="staff:1")

    def test_taken_back_until_it_is_sent_on(self, paid: Paid, payer: FlaskClient) -> None:
        paid.ask()
        address = f"/mine/invoices/{paid.payment_id}/withdraw"
        assert payer.post(address).status_code == 303
        assert paid.request().state is InvoiceState.WITHDRAWN
        assert payer.post(address).status_code == 303
        paid.ask()
        services.make_batch(by="staff:1")
        assert payer.post(address).status_code == 409
        with pytest.raises(InvoiceUnderWay):
            services.withdraw(paid.payment_id)

    def test_another_may_be_asked_for_after_it_was_reversed(
        self, paid: Paid, finance: FlaskClient
    ) -> None:
        paid.ask()
        issue(paid, finance)
        services.reverse(paid.request(), DAY(clock.now()), by="staff:1")
        assert paid.ask("新抬头").state is InvoiceState.REQUESTED

    def test_somebody_elses_is_not_found(self, make: Factory, payer: FlaskClient) -> None:
        other = pay_for(make)
        address = f"/mine/invoices/{other.payment_id}"
        assert payer.get(address).status_code == 404
        assert payer.post(address, data=UNIT).status_code == 404
        assert payer.post(f"{address}/withdraw").status_code == 404

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"title": ""}, "请写发票抬头"),
            ({"tax_number": "123"}, "请写单位的税号"),
            ({"email": "nobody"}, "邮箱地址不对"),
            ({"payer": "x"}, "请选开给"),
        ],
    )
    def test_what_is_wrong_is_said_and_kept(
        self, paid: Paid, payer: FlaskClient, wrong: dict[str, str], said: str
    ) -> None:
        answer = payer.post(f"/mine/invoices/{paid.payment_id}", data=UNIT | wrong)
        assert answer.status_code == 422
        assert said in answer.text
        assert (UNIT | wrong)["email"] in answer.text

    def test_the_next_is_filled_in_like_the_last(
        self, make: Factory, paid: Paid, payer: FlaskClient
    ) -> None:
        payer.post(f"/mine/invoices/{paid.payment_id}", data=UNIT)
        other = pay_for(make, paid.member)
        assert TAX in payer.get(f"/mine/invoices/{other.payment_id}").text


@pytest.mark.parametrize("ahead", [1, -1])
def test_it_is_reversed_between_its_day_and_today(
    paid: Paid, finance: FlaskClient, ahead: int
) -> None:
    paid.ask()
    issue(paid, finance)
    day = DAY(clock.now()) + timedelta(days=ahead)
    address = f"/staff/books/invoices/{paid.request().id}/reverse"
    answer = finance.post(address, data={"on": day.isoformat()})
    assert answer.status_code == 422
    assert paid.request().state is InvoiceState.ISSUED


def test_what_was_not_issued_is_not_reversed(paid: Paid, finance: FlaskClient) -> None:
    address = f"/staff/books/invoices/{paid.ask().id}/reverse"
    answer = finance.post(address, data={"on": DAY(clock.now()).isoformat()})
    assert answer.status_code == 409


def test_reversing_counts_both_edge_days() -> None:
    today = date(2026, 11, 28)
    assert reversed_in_time(today, today, today)
    assert not reversed_in_time(today + timedelta(days=1), today, today)
    assert not reversed_in_time(today - timedelta(days=1), today, today)


@pytest.mark.parametrize(
    "typed", ["2026-11-28", "2026/11/28", "2026.11.28 10:00", "2026-11-28T10:00:00"]
)
def test_days_are_read_as_tools_write_them(typed: str) -> None:
    assert str(read_day(typed)) == "2026-11-28"
    assert read_day("x") is None
    assert read_day("2026-13-01") is None


@pytest.mark.parametrize(
    ("state", "invoice", "ahead", "wanted"),
    [
        (InvoiceState.BATCHED, "12345678", 0, Outcome.GOOD),
        (InvoiceState.BATCHED, "1234567", 0, Outcome.BAD_NUMBER),
        (InvoiceState.BATCHED, "12345678", 1, Outcome.BAD_DAY),
        (InvoiceState.BATCHED, "12345678", -1, Outcome.BAD_DAY),
        (InvoiceState.REQUESTED, "12345678", 0, Outcome.NOT_SENT),
        (InvoiceState.REVERSED, "12345678", 0, Outcome.NOT_SENT),
    ],
)
def test_what_a_line_is_worth(
    state: InvoiceState, invoice: str, ahead: int, wanted: Outcome
) -> None:
    today = date(2026, 11, 28)
    line = Line(2, "1", invoice, today + timedelta(days=ahead))
    known = (state, None)
    assert outcome_of(line, known, asked_on=today, today=today, taken=False) is wanted
    assert outcome_of(line, None, asked_on=None, today=today, taken=False) is Outcome.UNKNOWN


def test_no_other_role_sees_the_books(client: FlaskClient, payer: FlaskClient) -> None:
    assert payer.get("/staff/books").status_code == 403
    assert client.get("/staff/books").status_code == 303


def test_in_english_an_invoice_is_never_a_ticket(paid: Paid, finance: FlaskClient) -> None:
    one = paid.ask()
    issue(paid, finance)
    english = {"Accept-Language": "en"}
    assert "Invoices" in finance.get("/staff/books", headers=english).text
    page = finance.get(f"/staff/books/invoices/{one.id}", headers=english).text
    assert f"Invoice request {one.id}" in page
    assert "Date of the invoice" in page
    assert "1 invoice" in finance.get("/staff/books/batches", headers=english).text
