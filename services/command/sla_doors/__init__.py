"""The commands `redress sla …` that ask a running installation."""
