"""How any service runs: settings, database, timers, HTTP, health, metrics, shutdown."""
