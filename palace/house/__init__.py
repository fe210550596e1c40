"""馆规: the figures of the house, as its administrators read and change them."""
