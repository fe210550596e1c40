"""Codes (兑换码): made in batches for one performance, printed as slips, each opened once by a member."""
