"""The newest records that this process published and its members have not all read: they need no reading back."""

from collections import defaultdict
from collections.abc import Sequence

from .event_log import Partition, StoredRecord

KEPT = 256


class Tail:
    """Per lane a run of records without a gap, the newest KEPT at most. What is missing here is in the log."""

    def __init__(self) -> None:
        self._lanes: dict[Partition, list[StoredRecord]] = defaultdict(list)

    def add(self, lane: Partition, records: Sequence[StoredRecord], read_up_to: int) -> None:
        """Keep what was just stored, and drop what lies before offset `read_up_to`, which every member has read."""
        kept = self._lanes[lane]
        if kept and records[0].offset != kept[-1].offset + 1:
            if records[0].offset <= kept[-1].offset:
                return  # overtaken by a later batch of the same lane
            kept.clear()  # somebody else has published in between
        kept.extend(records)
        first = max(len(kept) - KEPT, read_up_to - kept[0].offset, 0)
        del kept[:first]

    def read(self, lane: Partition, position: int, limit: int) -> Sequence[StoredRecord]:
        """At most `limit` records from offset `position` on; none if they are not kept."""
        kept = self._lanes.get(lane)
        if not kept or position < kept[0].offset:
            return ()
        begin = position - kept[0].offset
        return kept[begin : begin + limit]

    def begins_after(self, lane: Partition, position: int) -> bool:
        """True if what follows `position` is only in the log."""
        kept = self._lanes.get(lane)
        return bool(kept and position < kept[0].offset)
