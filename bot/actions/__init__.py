"""Custom actions: one file an errand, each a thin wrap of a pure function in `bot.dialogue`."""
