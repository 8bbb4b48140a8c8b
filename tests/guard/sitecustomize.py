"""Python runs this at the start of every program that a test starts."""

import network_guard

network_guard.install()
