"""What goes wrong, and what is promised then: nothing lost, nothing doubled, nobody locked out."""
