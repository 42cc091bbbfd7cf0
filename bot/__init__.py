"""The bot: a Rasa project with an environment of its own."""
