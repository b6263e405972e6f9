"""The six services of Redress, one folder each, and the command that runs them."""
