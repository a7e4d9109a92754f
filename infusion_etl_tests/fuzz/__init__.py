"""Fuzzing: whatever comes from outside, nothing but the tree of errors comes out."""
