"""Strategies for frames and value types of LLC of which most values would be invalid."""

from typing import Any

from hypothesis import strategies as st

from protocol.layout import HEADER
from protocol.llc import FRAMES, Bitmap, XidInformation, XidParameter
from protocol.llc.frame import SAPIS
from protocol.llc.xid import TYPES, Layer3Parameters, OtherParameter, Value
from protocol.sndcp import SndcpXid
from tests.wire.kinds_sndcp import KINDS as SNDCP
from tests.wire.kinds_sndcp import bits, later

BITMAP = st.binary(min_size=1, max_size=32).map(Bitmap)
OTHER = st.builds(OtherParameter, st.integers(13, 31), st.binary(max_size=40))
LAYER_3 = st.builds(
    Layer3Parameters,
    SNDCP[SndcpXid].filter(lambda block: block.parameters != ()) | st.sampled_from([b"", b"\0", b"\x05\x09x"]),
)


@st.composite
def parameters(draw: st.DrawFn) -> XidParameter:
    """XID parameters, some with a length longer than need be."""
    plain = [kind for kind in TYPES if kind is not Layer3Parameters]
    value: Value = draw(st.one_of([later(kind) for kind in plain]) | LAYER_3 | OTHER)
    short = len(value.to_octets()) <= 3
    long = short and draw(st.booleans())
    return XidParameter(value, long, 0 if short and not long else draw(bits(2)))


WIDTHS = {
    "address_spare": 2, "spare": 1, "spare_2": 1, "k_spare": 3, "nu": 9, "ns": 9, "nr": 9,
}  # fmt: skip

KINDS: dict[Any, st.SearchStrategy[Any]] = {
    Bitmap: BITMAP,
    OtherParameter: OTHER,
    Layer3Parameters: LAYER_3,
    XidParameter: parameters(),
    XidInformation: st.builds(XidInformation, st.lists(parameters(), max_size=4).map(tuple)),
}


def field(name: str, kind: Any) -> st.SearchStrategy[Any]:
    """Values of a field of a frame."""
    if name in WIDTHS:
        return bits(WIDTHS[name])
    if name == "sapi":
        return st.sampled_from(SAPIS)
    if kind is bytes:
        return st.binary(max_size=40)
    return KINDS[kind] if kind in KINDS else later(kind)


for frame in FRAMES.values():
    assert all(f.name in WIDTHS for f in frame.fields if isinstance(f.layout, HEADER) and f.type is int)
    KINDS[frame] = st.builds(frame, **{f.name: field(f.name, f.type) for f in frame.fields})
