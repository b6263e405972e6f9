"""Tools for the people who work on Redress: generated files and new migrations."""
