"""Run for each: several values of some inputs, and the jobs that they make."""
