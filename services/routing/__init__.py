"""Decides who answers for a complaint and who works on it."""
