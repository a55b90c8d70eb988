"""Strategies of RR elements of which most values would be invalid, and of messages in blocks, which must hold them."""

from typing import Any

from hypothesis import strategies as st

from protocol import layout
from protocol.bits import Struct
from protocol.classmarks import MobileStationClassmark3
from protocol.csn1 import FILLING
from protocol.errors import DecodeError
from protocol.rr import channels, frequencies, si13
from protocol.rr.blocks import BlockMessage, RestOctets, RrMessage, rest_octets
from protocol.rr.elements import CellIdentity
from tests.wire.strategies import element

Strategy = st.SearchStrategy[Any]


def octets_of(size: int) -> st.SearchStrategy[bytes]:
    """Octets of which some bits fill up, so that not everything is there."""
    one = st.binary(min_size=size, max_size=size)
    return st.builds(
        lambda octets, masks: bytes(o & m | FILLING & ~m for o, m in zip(octets, masks, strict=True)), one, one
    )


def read(kind: type[Struct], octets: bytes) -> Any:
    """The structure that stands in octets, without what is left over; None where something is missing."""
    try:
        value = kind.from_octets(octets)
    except DecodeError:
        return None
    if not is_complete(value):
        return None
    # Without its rest it may end within an octet, and what fills that up may be fields.
    value = kind.from_octets(value.replace(rest="").to_octets())
    return value if is_complete(value) else None


def is_complete(value: Struct) -> bool:
    """True where nothing of a structure, or of one in it, is cut off."""
    inner = [inner for _, inner in value.present() if isinstance(inner, Struct)]
    if isinstance(value, si13.GprsInformation) and value.cell is None:
        return False
    return value.ends_before is None and all(map(is_complete, inner))


def taken(kind: type[Struct], least: int, most: int) -> Strategy:
    """Structures as they are read from octets."""
    found = st.binary(min_size=least, max_size=most).map(lambda octets: read(kind, octets))
    return found.filter(lambda value: value is not None)


def filled(kind: type[RestOctets], room: int) -> Strategy:
    """Rest octets that fill up what the block leaves."""
    found = octets_of(room).map(lambda octets: read(kind, octets))
    return found.filter(lambda value: value is not None).map(lambda value: value.of_size(None))


def block(cls: type[BlockMessage]) -> Strategy:
    """Messages with rest octets that their block has room for."""
    kind = rest_octets(cls)
    assert kind is not None
    fields = [field for field in cls.fields if not isinstance(field.layout, layout.HEADER)]

    @st.composite
    def build(draw: st.DrawFn) -> Any:
        told: dict[str, Any] = {
            field.name: draw(st.none() | element(field) if field.optional else element(field))
            for field in fields
            if not field.name.startswith("spare")
        }
        message = cls(**told)
        length = message.encode()[0] >> 2 if cls.pseudo_length is None else 2
        name = cls.fields[-1].name
        return message.replace(**{name: draw(filled(kind, cls.block - 1 - length))})

    return build()


FREQUENCIES = st.lists(st.integers(1, 32), max_size=6, unique=True).map(sorted).map(tuple)
ALLOCATION = st.builds(channels.MobileAllocation, FREQUENCIES)
CHANNEL = taken(channels.ChannelDescription, 3, 3)
RANGE = st.builds(lambda lower, higher: channels.Range(lower=lower, higher=higher), *[st.integers(0, 1023)] * 2)


def numbers(most: int) -> st.SearchStrategy[tuple[int, ...]]:
    """A few numbers."""
    return st.lists(st.integers(0, most), max_size=3).map(tuple)


KINDS: dict[Any, Strategy] = {
    CellIdentity: st.integers(0, 0xFFFF).map(CellIdentity),
    # No mobile was ever built for GERAN Iu mode, and tshark 4.0.17 breaks off at its capabilities.
    MobileStationClassmark3: taken(MobileStationClassmark3, 2, 10)
    .map(lambda value: read(MobileStationClassmark3, value.replace(geran_iu_mode_capabilities=None).to_octets()))
    .filter(lambda value: value is not None),
    channels.MobileAllocation: ALLOCATION,
    channels.ChannelDescription: CHANNEL,
    channels.AssignedChannel: taken(channels.AssignedChannel, 3, 3),
    channels.GroupChannelDescription: st.builds(
        channels.GroupChannelDescription, CHANNEL, st.none() | ALLOCATION
    ).filter(lambda value: value.mobile_allocation is None or bool(value.mobile_allocation.frequencies)),
    channels.BaRange: st.lists(RANGE, min_size=1, max_size=3).map(lambda found: channels.BaRange(ranges=tuple(found))),
    channels.BaListPref: st.builds(
        lambda ranges, found: channels.BaListPref(ranges=tuple(ranges), frequencies=found),
        st.lists(RANGE, max_size=3),
        numbers(1023),
    ),
    channels.UtranFrequencyList: st.builds(
        lambda fdd, tdd: channels.UtranFrequencyList(fdd_arfcns=fdd, tdd_arfcns=tdd), numbers(16383), numbers(16383)
    ),
    frequencies.CellChannelDescription: taken(frequencies.CellChannelDescription, 16, 16),
    frequencies.NeighbourCellDescription: taken(frequencies.NeighbourCellDescription, 16, 16),
}
KINDS |= {
    cls: block(cls)
    for cls in layout.messages(RrMessage)
    if issubclass(cls, BlockMessage) and rest_octets(cls) is not None
}
KINDS |= {
    rest_octets(cls): filled(rest_octets(cls), 20)  # type: ignore[arg-type]
    for cls in list(KINDS)
    if isinstance(cls, type) and issubclass(cls, BlockMessage)
}
