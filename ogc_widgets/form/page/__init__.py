"""What the page gets to draw a form, and what it answers."""
