"""The language the services share: every fact of a complaint's journey, one file per publisher."""
