"""The embedded lab server: OGC API - Processes, Parts 1 and 2, over a CWL runner.

Nothing here is imported by the widgets; it runs in a process of its own.
"""
