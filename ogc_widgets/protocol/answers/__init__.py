"""Answers of a server as a whole: status code, headers and body together."""
