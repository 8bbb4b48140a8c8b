"""What keeps form, map and search in step."""
