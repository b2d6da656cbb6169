"""The village, its link and its villager, as the tests of tickets know them."""

from tests.service.tickets.conftest import county, monday, villager

__all__ = ["county", "monday", "villager"]
