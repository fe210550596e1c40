"""Money: ladders, providers' pages, movements with receipts, refunds, shifts, codes, accounts and books.

What was owed back stood in two places (`refunds_owed`, `payments.refund_due`) and is one table now; what had
come becomes a movement. Tickets and enrolments keep the facts of their sale for the books.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0034", "0033"

INSTANT = sa.DateTime(timezone=True)
TABLES = (
    "ladders",
    "ladder_steps",
    "shifts",
    "printed_codes",
    "on_account",
    "payment_attempts",
    "refunds",
    "movements",
    "receipt_books",
    "provider_news",
    "invoice_columns",
    "invoice_batches",
    "invoice_requests",
    "provider_lines",
    "differences",
    "call_offs",
)


def upgrade() -> None:
    _ladders()
    _till()
    _money()
    _books()
    _payments()
    _sales()
    _rules()
    _call_offs()
    op.drop_table("refunds_owed")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(TABLES)} TO palace_app")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO palace_app")


def _ladders() -> None:
    op.create_table('ladders',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('name_zh', sa.Text, nullable=False),
    sa.Column('name_en', sa.Text, nullable=False),
    sa.Column('usual', sa.Boolean, server_default=sa.text('false'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ladders')),
    sa.UniqueConstraint('name_zh', name=op.f('uq_ladders_name_zh'))
    )
    
    op.create_table('ladder_steps',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('ladder_id', sa.BigInteger, nullable=False),
    sa.Column('minutes_before', sa.BigInteger, nullable=False),
    sa.Column('percent', sa.SmallInteger, nullable=False),
    sa.CheckConstraint('minutes_before >= 0 AND percent BETWEEN 1 AND 100', name=op.f('ck_ladder_steps_step')),
    sa.ForeignKeyConstraint(['ladder_id'], ['ladders.id'], name=op.f('fk_ladder_steps_ladder_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ladder_steps')),
    sa.UniqueConstraint('ladder_id', 'minutes_before', name=op.f('uq_ladder_steps_ladder_id_minutes_before'))
    )
    


def _till() -> None:
    op.create_table('shifts',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('site_id', sa.BigInteger, nullable=False),
    sa.Column('staff_id', sa.BigInteger, nullable=False),
    sa.Column('opened_at', INSTANT, nullable=False),
    sa.Column('begun_with', sa.BigInteger, nullable=False),
    sa.Column('closed_at', INSTANT, nullable=True),
    sa.Column('counted', sa.BigInteger, nullable=True),
    sa.Column('expected', sa.BigInteger, nullable=True),
    sa.Column('why', sa.Text, nullable=True),
    sa.Column('handed_to', sa.BigInteger, nullable=True),
    sa.Column('handed_at', INSTANT, nullable=True),
    sa.CheckConstraint('begun_with >= 0 AND counted >= 0', name=op.f('ck_shifts_cash')),
    sa.CheckConstraint('counted = expected OR why IS NOT NULL', name=op.f('ck_shifts_difference')),
    sa.CheckConstraint('num_nonnulls(closed_at, counted, expected) IN (0, 3)', name=op.f('ck_shifts_closed')),
    sa.CheckConstraint('num_nonnulls(handed_to, handed_at) IN (0, 2) AND (handed_at IS NULL OR closed_at IS NOT NULL) AND handed_to <> staff_id', name=op.f('ck_shifts_handed')),
    sa.ForeignKeyConstraint(['handed_to'], ['staff.id'], name=op.f('fk_shifts_handed_to')),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_shifts_site_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_shifts_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shifts'))
    )
    op.create_index(op.f('ix_shifts_site_id_opened_at'), 'shifts', ['site_id', 'opened_at'])
    op.create_index('uq_shifts_open', 'shifts', ['staff_id'], unique=True, postgresql_where=sa.text('closed_at IS NULL'))
    
    op.create_table('printed_codes',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('site_id', sa.BigInteger, nullable=False),
    sa.Column('position', sa.SmallInteger, nullable=False),
    sa.Column('name_zh', sa.Text, nullable=False),
    sa.Column('name_en', sa.Text, nullable=False),
    sa.Column('content', sa.Text, nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_printed_codes_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_printed_codes')),
    sa.UniqueConstraint('site_id', 'name_zh', name=op.f('uq_printed_codes_site_id_name_zh'))
    )
    
    op.create_table('on_account',
    sa.Column('payment_id', sa.BigInteger, nullable=False),
    sa.Column('unit_id', sa.BigInteger, nullable=False),
    sa.Column('due_on', sa.Date, nullable=False),
    sa.Column('agreed_by', sa.Text, nullable=False),
    sa.Column('agreed_at', INSTANT, nullable=False),
    sa.Column('told_at', INSTANT, nullable=True),
    sa.ForeignKeyConstraint(['payment_id'], ['payments.id'], name=op.f('fk_on_account_payment_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_on_account_unit_id')),
    sa.PrimaryKeyConstraint('payment_id', name=op.f('pk_on_account'))
    )
    op.create_index(op.f('ix_on_account_unit_id'), 'on_account', ['unit_id'])
    


def _money() -> None:
    op.create_table('payment_attempts',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('payment_id', sa.BigInteger, nullable=False),
    sa.Column('number', sa.SmallInteger, nullable=False),
    sa.Column('backend', sa.String(20), nullable=False),
    sa.Column('state', sa.String(20), nullable=False),
    sa.Column('request', postgresql.JSONB, nullable=False),
    sa.Column('reference', sa.Text, nullable=True),
    sa.Column('intent', sa.Text, nullable=True),
    sa.Column('address', sa.Text, nullable=True),
    sa.Column('made_at', INSTANT, nullable=False),
    sa.Column('page_ends_at', INSTANT, nullable=False),
    sa.Column('look_at', INSTANT, nullable=False),
    sa.Column('stated', postgresql.JSONB, nullable=True),
    sa.Column('stated_by', sa.Text, nullable=True),
    sa.CheckConstraint('num_nonnulls(stated, stated_by) IN (0, 2)', name=op.f('ck_payment_attempts_stated')),
    sa.CheckConstraint("backend IN ('counter', 'stripe')", name=op.f('ck_payment_attempts_backend')),
    sa.CheckConstraint("state IN ('starting', 'open', 'processing', 'paid', 'failed', 'closed')", name=op.f('ck_payment_attempts_state')),
    sa.ForeignKeyConstraint(['payment_id'], ['payments.id'], name=op.f('fk_payment_attempts_payment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_attempts')),
    sa.UniqueConstraint('backend', 'intent', name=op.f('uq_payment_attempts_backend_intent')),
    sa.UniqueConstraint('backend', 'reference', name=op.f('uq_payment_attempts_backend_reference')),
    sa.UniqueConstraint('payment_id', 'number', name=op.f('uq_payment_attempts_payment_id_number'))
    )
    op.create_index('ix_payment_attempts_open', 'payment_attempts', ['look_at'], postgresql_where=sa.text("state IN ('starting', 'open', 'processing')"))
    op.create_index('uq_payment_attempts_open', 'payment_attempts', ['payment_id'], unique=True, postgresql_where=sa.text("state IN ('starting', 'open', 'processing')"))
    
    op.create_table('refunds',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('payment_id', sa.BigInteger, nullable=False),
    sa.Column('key', sa.Text, nullable=False),
    sa.Column('amount', sa.BigInteger, nullable=False),
    sa.Column('reason', sa.String(20), nullable=False),
    sa.Column('state', sa.String(20), nullable=False),
    sa.Column('backend', sa.String(20), nullable=False),
    sa.Column('asked_by', sa.Text, nullable=False),
    sa.Column('agreed_by', sa.Text, nullable=True),
    sa.Column('why', sa.Text, nullable=True),
    sa.Column('attempt', sa.SmallInteger, server_default='1', nullable=False),
    sa.Column('intent', sa.Text, nullable=True),
    sa.Column('reference', sa.Text, nullable=True),
    sa.Column('failure', sa.Text, nullable=True),
    sa.Column('owed_at', INSTANT, nullable=False),
    sa.Column('look_at', INSTANT, nullable=False),
    sa.Column('done_at', INSTANT, nullable=True),
    sa.CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name=op.f('ck_refunds_done')),
    sa.CheckConstraint("backend IN ('counter', 'stripe')", name=op.f('ck_refunds_backend')),
    sa.CheckConstraint("reason IN ('returned', 'cancelled', 'moved', 'withdrawn', 'late', 'too_much', 'goodwill')", name=op.f('ck_refunds_reason')),
    sa.CheckConstraint("state IN ('owed', 'held', 'asked', 'sent', 'pending', 'counter', 'failed', 'done', 'dropped')", name=op.f('ck_refunds_state')),
    sa.CheckConstraint('agreed_by IS NULL OR agreed_by <> asked_by', name=op.f('ck_refunds_second')),
    sa.CheckConstraint('amount > 0', name=op.f('ck_refunds_amount')),
    sa.ForeignKeyConstraint(['payment_id'], ['payments.id'], name=op.f('fk_refunds_payment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_refunds')),
    sa.UniqueConstraint('backend', 'reference', name=op.f('uq_refunds_backend_reference')),
    sa.UniqueConstraint('payment_id', 'key', name=op.f('uq_refunds_payment_id_key'))
    )
    op.create_index(op.f('ix_refunds_owed_at'), 'refunds', ['owed_at'])
    op.create_index('ix_refunds_open', 'refunds', ['look_at'], postgresql_where=sa.text("state IN ('owed', 'sent', 'pending')"))
    
    op.create_table('movements',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('site_id', sa.BigInteger, nullable=False),
    sa.Column('payment_id', sa.BigInteger, nullable=True),
    sa.Column('refund_id', sa.BigInteger, nullable=True),
    sa.Column('direction', sa.String(20), nullable=False),
    sa.Column('method', sa.String(20), nullable=False),
    sa.Column('amount', sa.BigInteger, nullable=False),
    sa.Column('backend', sa.String(20), nullable=False),
    sa.Column('reference', sa.Text, nullable=True),
    sa.Column('moved_at', INSTANT, nullable=False),
    sa.Column('by', sa.Text, nullable=False),
    sa.Column('shift_id', sa.BigInteger, nullable=True),
    sa.Column('book_year', sa.SmallInteger, nullable=True),
    sa.Column('receipt', sa.BigInteger, nullable=True),
    sa.Column('corrects_id', sa.BigInteger, nullable=True),
    sa.Column('original_id', sa.BigInteger, nullable=True),
    sa.Column('why', sa.Text, nullable=True),
    sa.CheckConstraint("(direction = 'out') >= (refund_id IS NOT NULL)", name=op.f('ck_movements_refund')),
    sa.CheckConstraint("backend IN ('counter', 'stripe')", name=op.f('ck_movements_backend')),
    sa.CheckConstraint("direction IN ('in', 'out')", name=op.f('ck_movements_direction')),
    sa.CheckConstraint("method IN ('cash', 'pos', 'code', 'transfer', 'account', 'online')", name=op.f('ck_movements_method')),
    sa.CheckConstraint('(corrects_id IS NULL) = (why IS NULL) AND (corrects_id IS NULL OR original_id IS NOT NULL)', name=op.f('ck_movements_corrected')),
    sa.CheckConstraint('amount > 0', name=op.f('ck_movements_amount')),
    sa.CheckConstraint('num_nonnulls(book_year, receipt) IN (0, 2)', name=op.f('ck_movements_receipt')),
    sa.ForeignKeyConstraint(['corrects_id'], ['movements.id'], name=op.f('fk_movements_corrects_id')),
    sa.ForeignKeyConstraint(['original_id'], ['movements.id'], name=op.f('fk_movements_original_id')),
    sa.ForeignKeyConstraint(['payment_id'], ['payments.id'], name=op.f('fk_movements_payment_id')),
    sa.ForeignKeyConstraint(['refund_id'], ['refunds.id'], name=op.f('fk_movements_refund_id')),
    sa.ForeignKeyConstraint(['shift_id'], ['shifts.id'], name=op.f('fk_movements_shift_id')),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_movements_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_movements')),
    sa.UniqueConstraint('backend', 'reference', name=op.f('uq_movements_backend_reference')),
    sa.UniqueConstraint('corrects_id', name=op.f('uq_movements_corrects_id')),
    sa.UniqueConstraint('site_id', 'book_year', 'receipt', name=op.f('uq_movements_site_id_book_year_receipt'))
    )
    op.create_index('uq_movements_refund_id', 'movements', ['refund_id'], unique=True, postgresql_where=sa.text('original_id IS NULL'))
    op.create_index(op.f('ix_movements_original_id'), 'movements', ['original_id'], postgresql_where=sa.text('original_id IS NOT NULL'))
    op.create_index(op.f('ix_movements_payment_id'), 'movements', ['payment_id'])
    op.create_index(op.f('ix_movements_shift_id'), 'movements', ['shift_id'], postgresql_where=sa.text('shift_id IS NOT NULL'))
    op.create_index(op.f('ix_movements_moved_at'), 'movements', ['moved_at'])
    op.create_index(op.f('ix_movements_site_id_moved_at'), 'movements', ['site_id', 'moved_at'])
    
    op.create_table('receipt_books',
    sa.Column('site_id', sa.BigInteger, nullable=False),
    sa.Column('year', sa.SmallInteger, nullable=False),
    sa.Column('last', sa.BigInteger, server_default='0', nullable=False),
    sa.CheckConstraint('last >= 0', name=op.f('ck_receipt_books_last')),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_receipt_books_site_id')),
    sa.PrimaryKeyConstraint('site_id', 'year', name=op.f('pk_receipt_books'))
    )
    
    op.create_table('provider_news',
    sa.Column('backend', sa.String(20), nullable=False),
    sa.Column('reference', sa.Text, nullable=False),
    sa.Column('kind', sa.Text, nullable=False),
    sa.Column('applied_at', INSTANT, nullable=False),
    sa.CheckConstraint("backend IN ('counter', 'stripe')", name=op.f('ck_provider_news_backend')),
    sa.PrimaryKeyConstraint('backend', 'reference', name=op.f('pk_provider_news'))
    )
    


def _books() -> None:
    op.create_table('invoice_columns',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('position', sa.SmallInteger, nullable=False),
    sa.Column('heading', sa.Text, nullable=False),
    sa.Column('field', sa.String(20), nullable=True),
    sa.Column('fixed', sa.Text, nullable=True),
    sa.CheckConstraint("field IN ('request', 'payer', 'title', 'tax_number', 'email', 'amount', 'what', 'paid_on', 'method', 'receipt')", name=op.f('ck_invoice_columns_field')),
    sa.CheckConstraint('num_nonnulls(field, fixed) = 1', name=op.f('ck_invoice_columns_one')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invoice_columns')),
    sa.UniqueConstraint('position', name=op.f('uq_invoice_columns_position'))
    )
    
    op.create_table('invoice_batches',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('made_at', INSTANT, nullable=False),
    sa.Column('made_by', sa.Text, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invoice_batches'))
    )
    
    op.create_table('invoice_requests',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('payment_id', sa.BigInteger, nullable=False),
    sa.Column('state', sa.String(20), nullable=False),
    sa.Column('payer', sa.String(20), nullable=False),
    sa.Column('title', sa.Text, nullable=False),
    sa.Column('tax_number', sa.Text, nullable=True),
    sa.Column('email', sa.Text, nullable=True),
    sa.Column('amount', sa.BigInteger, nullable=False),
    sa.Column('asked_at', INSTANT, nullable=False),
    sa.Column('batch_id', sa.BigInteger, nullable=True),
    sa.Column('number', sa.Text, nullable=True),
    sa.Column('issued_on', sa.Date, nullable=True),
    sa.Column('reversed_on', sa.Date, nullable=True),
    sa.CheckConstraint("(payer = 'unit') <= (tax_number IS NOT NULL)", name=op.f('ck_invoice_requests_unit')),
    sa.CheckConstraint("payer IN ('person', 'unit')", name=op.f('ck_invoice_requests_payer')),
    sa.CheckConstraint("state IN ('requested', 'batched', 'issued', 'reversed', 'withdrawn')", name=op.f('ck_invoice_requests_state')),
    sa.CheckConstraint('num_nonnulls(number, issued_on) IN (0, 2)', name=op.f('ck_invoice_requests_issued')),
    sa.ForeignKeyConstraint(['batch_id'], ['invoice_batches.id'], name=op.f('fk_invoice_requests_batch_id')),
    sa.ForeignKeyConstraint(['payment_id'], ['payments.id'], name=op.f('fk_invoice_requests_payment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invoice_requests')),
    sa.UniqueConstraint('number', name=op.f('uq_invoice_requests_number'))
    )
    op.create_index(op.f('ix_invoice_requests_asked_at'), 'invoice_requests', ['asked_at'])
    op.create_index(op.f('ix_invoice_requests_batch_id'), 'invoice_requests', ['batch_id'])
    op.create_index('uq_invoice_requests_payment', 'invoice_requests', ['payment_id'], unique=True, postgresql_where=sa.text("state NOT IN ('reversed', 'withdrawn')"))
    
    op.create_table('provider_lines',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('backend', sa.String(20), nullable=False),
    sa.Column('reference', sa.Text, nullable=False),
    sa.Column('amount', sa.BigInteger, nullable=False),
    sa.Column('fee', sa.BigInteger, nullable=False),
    sa.Column('moved_at', INSTANT, nullable=False),
    sa.CheckConstraint("backend IN ('counter', 'stripe')", name=op.f('ck_provider_lines_backend')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_provider_lines')),
    sa.UniqueConstraint('backend', 'reference', name=op.f('uq_provider_lines_backend_reference'))
    )
    
    op.create_table('differences',
    sa.Column('id', sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column('site_id', sa.BigInteger, nullable=False),
    sa.Column('day', sa.Date, nullable=False),
    sa.Column('source', sa.String(20), nullable=False),
    sa.Column('subject', sa.Text, nullable=False),
    sa.Column('ours', sa.BigInteger, nullable=False),
    sa.Column('theirs', sa.BigInteger, nullable=False),
    sa.Column('found_at', INSTANT, nullable=False),
    sa.Column('settled_at', INSTANT, nullable=True),
    sa.Column('settled_by', sa.Text, nullable=True),
    sa.Column('why', sa.Text, nullable=True),
    sa.CheckConstraint("source IN ('provider', 'sales', 'cash')", name=op.f('ck_differences_source')),
    sa.CheckConstraint('num_nonnulls(settled_at, settled_by, why) IN (0, 3)', name=op.f('ck_differences_settled')),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], name=op.f('fk_differences_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_differences')),
    sa.UniqueConstraint('day', 'source', 'subject', name=op.f('uq_differences_day_source_subject'))
    )
    op.create_index(op.f('ix_differences_day'), 'differences', ['day'])
    op.create_index('ix_differences_open', 'differences', ['day'], postgresql_where=sa.text('settled_at IS NULL'))
    

OF_PART = """
UPDATE payments SET site_id = of.site_id, member_id = of.member_id FROM (
    SELECT 'tickets' AS part, orders.id, spaces.site_id, orders.member_id FROM orders
      JOIN performances ON performances.id = orders.performance_id JOIN spaces ON spaces.id = space_id
    UNION ALL
    SELECT DISTINCT ON (package_order_id) 'packages', package_order_id, spaces.site_id, orders.member_id
      FROM orders JOIN performances ON performances.id = orders.performance_id
      JOIN spaces ON spaces.id = space_id WHERE package_order_id IS NOT NULL
    UNION ALL
    SELECT 'courses', enrolments.id, terms.site_id, enrolments.member_id FROM enrolments
      JOIN offerings ON offerings.id = offering_id JOIN terms ON terms.id = term_id
) AS of WHERE payments.part = of.part AND payments.subject_id = of.id
"""
CAME = """
INSERT INTO movements (site_id, payment_id, direction, method, amount, backend, reference, moved_at, by)
SELECT site_id, id, 'in', 'cash', amount, 'counter', backend || ':' || reference, paid_at, 'system'
  FROM payments WHERE paid_at IS NOT NULL
"""
LATE = """
INSERT INTO refunds (payment_id, key, amount, reason, state, backend, asked_by, owed_at, look_at)
SELECT id, 'payment:' || id, coalesce(refund, amount), 'late', 'counter', 'counter', 'system', paid_at, paid_at
  FROM payments WHERE refund_due AND paid_at IS NOT NULL
"""
OWED = """
INSERT INTO refunds
    (payment_id, key, amount, reason, state, backend, asked_by, owed_at, look_at, done_at)
SELECT payments.id, 'ticket:' || ticket_id, owed.amount, owed.reason,
       CASE WHEN owed.paid_at IS NULL THEN 'counter' ELSE 'done' END,
       'counter', 'system', owed.owed_at, owed.owed_at, owed.paid_at
  FROM refunds_owed AS owed JOIN tickets ON tickets.id = ticket_id JOIN orders ON orders.id = order_id
  JOIN payments ON (part = 'tickets' AND subject_id = orders.id)
                OR (part = 'packages' AND subject_id = orders.package_order_id)
"""
OWED_BEFORE = """
INSERT INTO refunds_owed (ticket_id, amount, reason, owed_at, paid_at)
SELECT substr(key, 8)::bigint, amount, reason, owed_at, done_at FROM refunds
 WHERE key LIKE 'ticket:%' AND reason IN ('cancelled', 'moved')
"""
PAID_BEFORE = """
UPDATE payments SET backend = came.backend, reference = came.reference FROM movements AS came
 WHERE payments.paid_at IS NOT NULL AND came.payment_id = payments.id
"""
DUE_BEFORE = """
UPDATE payments SET refund_due = true, refund = least(refunds.amount, payments.amount) FROM refunds
 WHERE refunds.payment_id = payments.id AND key NOT LIKE 'ticket:%' AND paid_at IS NOT NULL
"""
RULES = (
    ("unpaid_per_show", "2"),
    ("unpaid_percent", "30"),
    ("online_minutes", "31"),
    ("second_above", "50000"),
    ("account_days", "30"),
    ("account_remind_days", "7"),
)
RULES_CHECK = (
    "least(unpaid_per_show, second_above) >= 0 AND unpaid_percent BETWEEN 0 AND 100"
    " AND online_minutes BETWEEN 31 AND 1440 AND account_days > 0"
    " AND account_remind_days BETWEEN 0 AND 365"
)


def _payments() -> None:
    op.add_column("payments", sa.Column("site_id", sa.BigInteger))
    op.add_column("payments", sa.Column("member_id", sa.BigInteger))
    for statement in (OF_PART, CAME, LATE, OWED):
        op.execute(statement)
    op.drop_constraint(op.f("ck_payments_paid"), "payments")
    op.drop_constraint(op.f("uq_payments_backend_reference"), "payments")
    for column in ("reference", "refund", "refund_due"):
        op.drop_column("payments", column)
    op.execute("UPDATE payments SET backend = 'counter'")
    kind = {"existing_type": sa.Text, "type_": sa.String(20)}
    op.alter_column("payments", "backend", server_default="counter", nullable=False, **kind)
    op.alter_column("payments", "site_id", nullable=False)
    for name in ("disputed_at", "invoiced_at", "review_at"):
        op.add_column("payments", sa.Column(name, INSTANT))
    for name in ("digits", "review"):
        op.add_column("payments", sa.Column(name, sa.Text))
    op.add_column("payments", sa.Column("ladder", postgresql.JSONB))
    for name, check in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_payments_{name}"), "payments", check)
    for name, table in (("site_id", "sites"), ("member_id", "members")):
        op.create_foreign_key(op.f(f"fk_payments_{name}"), "payments", table, [name], ["id"])
    op.create_index(op.f("ix_payments_member_id"), "payments", ["member_id"])
    op.create_index(
        "uq_payments_digits",
        "payments",
        ["site_id", "digits"],
        unique=True,
        postgresql_where="paid_at IS NULL AND closed_at IS NULL",
    )
    op.create_index("ix_payments_review", "payments", ["review_at"], postgresql_where="review IS NOT NULL")


CHECKS = {
    "backend": "backend IN ('counter', 'stripe')",
    "digits": "digits ~ '^[0-9]{4}$'",
    "review": "(review IS NULL) = (review_at IS NULL)",
}
CHANNELS = "channel IN ('online', 'counter', 'acting', 'unit', 'given')"
SOLD = """
UPDATE tickets SET face_price = greatest(claims.face_price, tickets.price), fund = claims.fund,
       unit_id = orders.unit_id, sector = units.sector
  FROM claims, orders LEFT JOIN units ON units.id = orders.unit_id
 WHERE claims.id = tickets.claim_id AND orders.id = tickets.order_id
"""
FACE = "UPDATE enrolments SET face_fee = greatest(fee, public_fee) FROM offerings WHERE offerings.id = offering_id"


def _sales() -> None:
    """Freeze what the books want to know; of what was sold before, what is still known of it."""
    op.add_column("performances", sa.Column("ladder_id", sa.BigInteger))
    op.create_foreign_key(
        op.f("fk_performances_ladder_id"), "performances", "ladders", ["ladder_id"], ["id"]
    )
    for table in ("orders", "tickets"):
        column = sa.Column("channel", sa.String(20), server_default="online", nullable=False)
        op.add_column(table, column)
        op.create_check_constraint(op.f(f"ck_{table}_channel"), table, CHANNELS)
    op.alter_column("tickets", "channel", server_default=None)
    op.add_column("tickets", sa.Column("face_price", sa.BigInteger))
    face_fee = sa.Column("face_fee", sa.BigInteger, server_default="0", nullable=False)
    op.add_column("enrolments", face_fee)
    op.add_column("offerings", sa.Column("fund", sa.Text))
    for table in ("tickets", "enrolments"):
        op.add_column(table, sa.Column("fund", sa.Text))
        op.add_column(table, sa.Column("unit_id", sa.BigInteger))
        op.add_column(table, sa.Column("sector", sa.Text))
        op.create_foreign_key(op.f(f"fk_{table}_unit_id"), table, "units", ["unit_id"], ["id"])
    op.execute(SOLD)
    op.execute(FACE)
    op.alter_column("tickets", "face_price", nullable=False)
    op.create_check_constraint(op.f("ck_tickets_face_price"), "tickets", "face_price >= price")


def _rules() -> None:
    for name, default in RULES:
        column = sa.Column(name, sa.BigInteger, server_default=default, nullable=False)
        op.add_column("house_rules", column)
    op.create_check_constraint(op.f("ck_house_rules_money"), "house_rules", RULES_CHECK)


def _call_offs() -> None:
    """A class is called off by two people, as money goes back."""
    op.create_table(
        "call_offs",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("offering_id", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("proposed_by", sa.Text, nullable=False),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided_at", INSTANT),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_at IS NULL)"
            " AND num_nonnulls(decided_at, decided_by) IN (0, 2)",
            name=op.f("ck_call_offs_decided"),
        ),
        sa.CheckConstraint(
            "state <> 'done' OR decided_by <> proposed_by", name=op.f("ck_call_offs_another")
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'withdrawn', 'done')", name=op.f("ck_call_offs_state")
        ),
        sa.ForeignKeyConstraint(
            ["offering_id"], ["offerings.id"], name=op.f("fk_call_offs_offering_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_offs")),
    )
    op.create_index(op.f("ix_call_offs_offering_id"), "call_offs", ["offering_id"])
    op.create_index(
        "uq_call_offs_proposed",
        "call_offs",
        ["offering_id"],
        unique=True,
        postgresql_where=sa.text("state = 'proposed'"),
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_house_rules_money"), "house_rules")
    for name, _ in RULES:
        op.drop_column("house_rules", name)
    _refunds_owed()
    op.drop_constraint(op.f("ck_tickets_face_price"), "tickets")
    for table in ("tickets", "enrolments"):
        for column in ("fund", "unit_id", "sector"):
            op.drop_column(table, column)
    op.drop_column("offerings", "fund")
    op.drop_column("tickets", "face_price")
    op.drop_column("enrolments", "face_fee")
    for table in ("orders", "tickets"):
        op.drop_column(table, "channel")
    op.drop_column("performances", "ladder_id")
    _payments_before()
    for table in reversed(TABLES):
        op.drop_table(table)


def _refunds_owed() -> None:
    op.create_table(
        "refunds_owed",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("owed_at", INSTANT, nullable=False),
        sa.Column("paid_at", INSTANT),
        sa.CheckConstraint("amount > 0", name=op.f("ck_refunds_owed_amount")),
        sa.CheckConstraint("reason IN ('cancelled', 'moved')", name=op.f("ck_refunds_owed_reason")),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_refunds_owed_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds_owed")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_refunds_owed_ticket_id")),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON refunds_owed TO palace_app")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO palace_app")
    op.execute(OWED_BEFORE)


def _payments_before() -> None:
    op.drop_index("ix_payments_review", "payments")
    op.drop_index("uq_payments_digits", "payments")
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_payments_{name}"), "payments")
    kind = {"existing_type": sa.String(20), "type_": sa.Text}
    op.alter_column("payments", "backend", server_default=None, nullable=True, **kind)
    op.execute("UPDATE payments SET backend = NULL")
    op.add_column("payments", sa.Column("reference", sa.Text))
    op.add_column("payments", sa.Column("refund", sa.BigInteger))
    due = sa.Column("refund_due", sa.Boolean, server_default=sa.text("false"), nullable=False)
    op.add_column("payments", due)
    op.execute(PAID_BEFORE)
    op.execute(DUE_BEFORE)
    for name in ("site_id", "member_id", "disputed_at", "invoiced_at", "review_at", "digits", "review", "ladder"):
        op.drop_column("payments", name)
    op.create_check_constraint(
        op.f("ck_payments_paid"), "payments", "num_nonnulls(paid_at, backend, reference) IN (0, 3)"
    )
    op.create_check_constraint(
        op.f("ck_payments_refund"),
        "payments",
        "refund IS NULL OR (refund_due AND refund BETWEEN 1 AND amount)",
    )
    op.create_unique_constraint(
        op.f("uq_payments_backend_reference"), "payments", ["backend", "reference"]
    )
