"""Cases: the catalogue of services, the port to the case backend, the outbox and the citizen's view of a ticket."""
