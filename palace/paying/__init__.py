"""付款: the member's page of what is to be paid, a provider's page and back from it, its news."""
