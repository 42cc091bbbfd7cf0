"""The desk in the whole product: two agents, a supervisor and three citizens in real browsers."""
