"""What every service shares: the language (events), how an event travels (bus), how a service runs (runtime)."""
