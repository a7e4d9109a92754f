"""What an account costs, and a whole copy of it."""
