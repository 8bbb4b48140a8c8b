"""Example scenes and the landscape that they show."""
