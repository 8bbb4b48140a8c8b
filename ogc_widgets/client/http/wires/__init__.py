"""What carries one request and its answer: connections of our own, or httpx."""
