"""Jobs on a server: listed, watched, kept in a ledger."""
