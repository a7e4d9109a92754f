"""What this user asked for: dataset files to checked datasets."""
