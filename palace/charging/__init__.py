"""退票阶梯: what of a price goes back by the time left, written by who looks after the house."""
