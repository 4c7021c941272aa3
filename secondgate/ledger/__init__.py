"""The login path's reads and writes: two verbs, batched, on one thread. The only raw SQL."""
