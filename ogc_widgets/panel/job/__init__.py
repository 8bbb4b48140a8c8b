"""The live panel of one job."""
