"""The people a member brings along: kept once, named by a tap where a show asks who comes."""
