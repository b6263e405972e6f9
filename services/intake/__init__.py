"""Accepts complaints from any channel and shows their status."""
