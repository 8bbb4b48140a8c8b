"""The base that every widget of this package is drawn with."""
