"""How somebody comes to be a member here: a poster, a unit chosen, the unit's word."""
