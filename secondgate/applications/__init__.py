"""What users log in to: a kind, a shared secret, and the addresses that it speaks from."""
