"""The action for the rating of a ticket."""

from __future__ import annotations

from bot.actions.errand import ErrandAction


class ActionRate(ErrandAction):
    """Chosen by the rules for the rating of a ticket."""

    action_name = "action_rate"
