"""A still picture of the map, for saved notebooks and pages where no script runs."""
