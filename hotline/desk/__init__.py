"""The agents' desk: accounts and rights, a JSON API, a socket with hints of what has changed, the page itself."""

from hotline.desk.desk import Desk

__all__ = ["Desk"]
