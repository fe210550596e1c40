"""What the audit tells of money, shown by acts and values."""

from __future__ import annotations

from palace.payments.states import METHOD_WORDS, REVIEW_WORDS
from palace.text import N_

CHARGES = {
    "refund_proposed": N_("提出手工退款"),
    "refund_agreed": N_("同意手工退款"),
    "refund_dropped": N_("放弃手工退款"),
    "refund_paid": N_("在柜台退款"),
    "refund_tried_again": N_("再退一次款"),
    "money_taken": N_("收款"),
    "money_corrected": N_("更正收款方式"),
    "money_unmatched": N_("记一笔没人认的钱"),
    "money_matched": N_("认领收款码上的钱"),
    "money_sent_back": N_("退回没人认的钱"),
    "account_agreed": N_("单位签单"),
    "account_settled": N_("单位签单结清"),
    "shift_opened": N_("开始当班"),
    "shift_closed": N_("交班"),
    "shift_handed": N_("签收交款单"),
    "printed_code_added": N_("加收款码"),
    "printed_code_removed": N_("撤下收款码"),
    "page_stated": N_("人工核实网上付款页"),
    "page_agreed": N_("另一个人核实网上付款页"),
    "payment_looked_into": N_("核对一笔钱"),
    "invoice_asked": N_("申请发票"),
    "invoice_withdrawn": N_("撤回发票申请"),
    "invoices_batched": N_("做一批发票"),
    "invoice_columns_set": N_("改开票文件的列"),
    "invoice_issued": N_("记发票号码"),
    "invoice_not_issued": N_("撤下没有开成的发票"),
    "invoice_reversed": N_("发票冲红"),
    "provider_lines_brought": N_("导入支付平台流水"),
    "difference_settled": N_("处理对账差异"),
    "ladder_written": N_("写退票阶梯"),
    "ladder_removed": N_("删退票阶梯"),
}
CHARGE_VALUES = {
    "amount": N_("金额（分）"),
    "reference": N_("单号"),
    "back": N_("退回的钱（分）"),
    "method": N_("收退方式"),
    "review": N_("要核对的原因"),
    "movement": N_("收退编号"),
    "begun_with": N_("备用金（分）"),
    "expected": N_("应有现金（分）"),
    "counted": N_("点出现金（分）"),
    "columns": N_("列"),
    "steps": N_("档（开演前分钟、百分比）"),
    "usual": N_("通常用的吗"),
    "ladder": N_("退票阶梯"),
    "on": N_("日期"),
}
CHARGE_WORDS = {"method": METHOD_WORDS, "review": REVIEW_WORDS}
