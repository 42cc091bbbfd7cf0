"""What the bot says and wants: pure functions over (turn, reads), tested without Rasa and without a network."""
