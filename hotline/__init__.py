"""The house behind the front door of the city hotline."""
