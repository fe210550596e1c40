"""套票: several shows put together by the programme's desk, taken all or none."""
