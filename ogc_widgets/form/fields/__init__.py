"""From a schema to fields: what each input is on the screen."""
