"""What can be asked of an account: reports, their parameters, columns and plans."""
