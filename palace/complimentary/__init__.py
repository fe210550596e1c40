"""Complimentary tickets (赠票): given by staff for a reason; beyond a show's allowance by two people."""
