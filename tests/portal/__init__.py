"""The portal's pages, without a browser."""
