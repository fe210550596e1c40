"""Coupons of partners (电影优惠券): the palace hands their codes out, once each, and never checks them."""
