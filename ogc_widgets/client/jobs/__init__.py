"""Jobs on a server: listed, watched, attached to."""
