"""The tests of Redress; they read like sentences."""
