"""A file that is not in memory, as `vault.FileBytes` gives its bytes; some say that they are longer than they are."""


class OnDisk:
    """Gives its bytes by slices, or into a room, and counts how often it did so."""

    def __init__(self, content, missing=0, *, has_room=True):
        self.filled = 0
        self._content, self._size, self._has_room = content, len(content) + missing, has_room

    def __len__(self):
        return self._size

    def __getitem__(self, part):
        start, stop, _ = part.indices(self._size)
        return self._content[start:stop]

    def read_into(self, room, place):
        part = self._content[place : place + len(room)] if self._has_room else b""
        room[: len(part)] = part
        self.filled += len(part) == len(room)
        return len(part)
