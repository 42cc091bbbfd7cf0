"""The action for progress of a ticket, urging, adding, withdrawing."""

from __future__ import annotations

from bot.actions.errand import ErrandAction


class ActionCase(ErrandAction):
    """Chosen by the rules for progress of a ticket, urging, adding, withdrawing."""

    action_name = "action_case"
