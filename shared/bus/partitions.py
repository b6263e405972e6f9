"""Decides the partition of a key, for every adapter, exactly as Kafka's default partitioner does."""

from functools import lru_cache
from struct import unpack_from

from shared.bus.event_log import PARTITIONS

_SEED = 0x9747B28C
_MIX = 0x5BD1E995
_WORD = 0xFFFFFFFF


def murmur2(data: bytes) -> int:
    """The 32-bit MurmurHash2 of Kafka's Java client (`Utils.murmur2`), unsigned."""
    length = len(data)
    result = _SEED ^ length
    for word in unpack_from(f"<{length // 4}I", data):
        mixed = (word * _MIX) & _WORD
        mixed = ((mixed ^ (mixed >> 24)) * _MIX) & _WORD
        result = ((result * _MIX) & _WORD) ^ mixed
    if length % 4:
        rest = int.from_bytes(data[length & ~3 :], "little")
        result = ((result ^ rest) * _MIX) & _WORD
    result = ((result ^ (result >> 13)) * _MIX) & _WORD
    return result ^ (result >> 15)


@lru_cache(maxsize=65_536)
def partition_for(key: str) -> int:
    """The partition, 0 to PARTITIONS - 1, that every record with this key lies in."""
    return (murmur2(key.encode()) & 0x7FFFFFFF) % PARTITIONS
