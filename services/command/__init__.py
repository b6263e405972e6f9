"""The `redress` command: run the services, replay complaints, look after what is parked."""
