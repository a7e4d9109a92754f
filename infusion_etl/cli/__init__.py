"""The commands. Thin: each parses, calls the library and prints; heavy modules are imported inside them."""
