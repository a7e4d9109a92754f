"""A Keap that runs on this computer, for the demo and the tests: a second opinion, written from facts about Keap.

An island: nothing here imports the rest of the package. Every rule it follows is listed in a `fidelity.toml` with its
source.
"""
