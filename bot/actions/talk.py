"""The action for everything around a matter."""

from __future__ import annotations

from bot.actions.errand import ErrandAction


class ActionTalk(ErrandAction):
    """Chosen by the rules for everything around a matter."""

    action_name = "action_talk"
