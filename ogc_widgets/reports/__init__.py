"""What was asked and what came out, as one HTML file without scripts."""
