"""The city's Official Account on WeChat."""
