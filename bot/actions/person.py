"""The action for the hand-over to an agent."""

from __future__ import annotations

from bot.actions.errand import ErrandAction


class ActionPerson(ErrandAction):
    """Chosen by the rules for the hand-over to an agent."""

    action_name = "action_person"
