"""The demonstration: customers and staff who act over HTTP alone, and a board that reads public APIs alone."""
