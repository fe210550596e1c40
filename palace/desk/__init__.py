"""The programme desk: performances put on, priced, checked and published, without a programmer."""
