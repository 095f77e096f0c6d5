"""A kind of thing that the register keeps: laptops, screens, keys, badges, parking spaces, licences."""

from catalog.part import Key, Line, Part


class ItemKind(Part):
    """Members of `queue` keep it: they change what the register says of it.

    Of a `counted` kind any piece does, and none has a tag; of others each is known by its own.
    """

    key: Key
    title: Line
    queue: Key
    counted: bool = False
