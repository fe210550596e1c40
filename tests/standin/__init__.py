"""A stateful stand-in of ours for Stripe: the real library speaks HTTP to it, nothing is patched."""
