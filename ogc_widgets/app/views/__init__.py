"""The views that the app is made of."""
