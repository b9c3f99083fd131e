"""Stand-ins for the services, on real sockets, with switchable faults."""
