"""How an event travels: written with the state it tells of, published in order, applied once by every reader."""
