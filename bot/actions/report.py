"""The action for a report, from the first words to the receipt."""

from __future__ import annotations

from bot.actions.errand import ErrandAction


class ActionReport(ErrandAction):
    """Chosen by the rules for a report, from the first words to the receipt."""

    action_name = "action_report"
