"""The way of a message: saved, acknowledged, checked for an emergency, routed, one turn, committed, sent out."""
