"""The action for what no rule or intent fits."""

from __future__ import annotations

from bot.actions.errand import ErrandAction


class ActionFallback(ErrandAction):
    """Chosen by the rules for what no rule or intent fits."""

    action_name = "action_fallback"
