"""What fiscal drivers share."""
