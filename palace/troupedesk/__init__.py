"""The pages of troupes: a leader's own, and the desk where the house certifies and names who leads."""
