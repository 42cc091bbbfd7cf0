"""The action for a question to the knowledge base, and choices after it."""

from __future__ import annotations

from bot.actions.errand import ErrandAction


class ActionAnswer(ErrandAction):
    """Chosen by the rules for a question to the knowledge base, and choices after it."""

    action_name = "action_answer"
