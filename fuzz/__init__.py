"""A million mutated datagrams and streams into the whole server: `make fuzz`."""
