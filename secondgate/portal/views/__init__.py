"""The portal's pages, one file an idea."""
