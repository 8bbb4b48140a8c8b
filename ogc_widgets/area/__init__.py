"""The area of interest: read, recognised, checked and encoded, without a widget."""
