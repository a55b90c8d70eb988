"""Envelopes: how PDUs travel on the bus.

The payload of a ``pdu`` or ``air`` topic is a msgpack array of envelopes, always an array, even of one. An envelope
is the array ``[sequence, sent_at, interface, pdu, meta]``.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import msgpack  # type: ignore[import-untyped]

MOST_ENVELOPES: Final = 256
"""Envelopes in one bundle, at most."""

LARGEST_BUNDLE: Final = 64 * 1024
"""Octets of a bundle that :func:`split` makes, at most; only a single large PDU may exceed it by its frame."""

LARGEST_PAYLOAD: Final = 1024 * 1024
"""Octets of a payload that :func:`unpack` reads, at most."""

LARGEST_PDU: Final = 65535
"""Octets of one PDU, at most."""

LONGEST_INTERFACE: Final = 8
"""Letters of an interface's name, at most."""

MOST_META: Final = 16
"""Entries of an envelope's meta, at most."""

LONGEST_TEXT: Final = 256
"""Characters of a key or value of meta, at most."""


class Envelope(NamedTuple):
    """One PDU with what the bus and its watchers need to know of it."""

    sequence: int
    """Counts the PDUs from one node to one other, so that loss, duplication and disorder show."""
    sent_at: int
    """When it was sent, integer microseconds."""
    interface: str
    """Reference point in lower case: ``um gb gr gf gc gs gn gi d a``."""
    pdu: bytes
    meta: dict[str, str] | None = None
    """What a watcher wants without decoding; no node reads it."""


class BadEnvelope(Exception):  # noqa: N818 - says what arrived, not what failed
    """A payload is not an array of envelopes. Its text is the reason, in one line."""


_pack: Final[Callable[[Sequence[Envelope]], bytes]] = msgpack.Packer().pack


def pack(envelopes: Sequence[Envelope]) -> bytes:
    """Payload that carries ``envelopes``, at most 256."""
    return _pack(envelopes)


def split(envelopes: Sequence[Envelope]) -> list[bytes]:
    """Payloads that carry ``envelopes`` in order, each of at most 256 envelopes and 64 KiB."""
    if len(envelopes) <= MOST_ENVELOPES:
        octets = pack(envelopes)
        if len(octets) <= LARGEST_BUNDLE or len(envelopes) == 1:
            return [octets] if envelopes else []
    middle = len(envelopes) // 2
    return split(envelopes[:middle]) + split(envelopes[middle:])


def unpack(octets: bytes) -> list[Envelope]:
    """Envelopes that ``octets`` carries. Raises :class:`BadEnvelope` for anything that :func:`pack` cannot make."""
    if len(octets) > LARGEST_PAYLOAD:
        raise BadEnvelope(f"payload of {len(octets)} octets")
    try:
        bundle = msgpack.unpackb(
            octets, use_list=False, max_array_len=MOST_ENVELOPES, max_map_len=MOST_META, max_ext_len=0
        )
    except (ValueError, msgpack.UnpackException) as error:
        raise BadEnvelope(f"not msgpack: {error}") from None
    if type(bundle) is not tuple:
        raise BadEnvelope(f"{type(bundle).__name__} where the array of envelopes belongs")
    return [_envelope(item) for item in bundle]


def _envelope(item: object) -> Envelope:
    if type(item) is not tuple or len(item) != 5:
        raise BadEnvelope("an envelope is an array of five")
    sequence, sent_at, interface, pdu, meta = item
    if type(sequence) is not int or sequence < 0:
        raise BadEnvelope("sequence is a whole number from 0")
    if type(sent_at) is not int or sent_at >= 1 << 63:
        raise BadEnvelope("sent_at is a signed 64-bit number")
    if type(interface) is not str or not (interface.isascii() and interface.isalpha() and interface.islower()):
        raise BadEnvelope("interface is a lower-case word")
    if len(interface) > LONGEST_INTERFACE:
        raise BadEnvelope(f"interface of {len(interface)} letters")
    if type(pdu) is not bytes:
        raise BadEnvelope("pdu is octets")
    if len(pdu) > LARGEST_PDU:
        raise BadEnvelope(f"pdu of {len(pdu)} octets")
    if meta is not None and not _is_meta(meta):
        raise BadEnvelope("meta is nothing or a small map of text to text")
    return Envelope(sequence, sent_at, interface, pdu, meta)


def _is_meta(meta: object) -> bool:
    return type(meta) is dict and all(
        type(key) is str and len(key) <= LONGEST_TEXT and type(text) is str and len(text) <= LONGEST_TEXT
        for key, text in meta.items()
    )
