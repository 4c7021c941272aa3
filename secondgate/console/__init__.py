"""The administrators' door: pages that translate, call and show."""
