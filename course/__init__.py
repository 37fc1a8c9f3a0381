"""Chat or API? The package behind the lessons."""
