"""The engines by name: one module says all that is special about one."""
