"""The training room: what the bot got wrong becomes labels, labels a candidate, a candidate the serving model."""
