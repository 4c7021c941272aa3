"""Applications: kinds, guides, secrets."""
