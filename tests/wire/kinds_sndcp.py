"""Strategies for value types of SNDCP of which most values would be invalid."""

from typing import Any

from hypothesis import strategies as st

from protocol.sndcp import SnData, SndcpXid, SnUnitdata
from protocol.sndcp.compression import (
    V44,
    Known,
    NsapiSet,
    OtherAlgorithm,
    ProposedData,
    ProposedProtocol,
    Rfc1144,
    Rfc2507,
    Rohc,
    RohcParameters,
    RohcProfile,
    V42Bis,
)
from protocol.sndcp.messages import COMPRESSIONS, FirstSegment
from protocol.sndcp.xid import DataCompression, OtherSndcpParameter, ProtocolCompression, SndcpVersion
from tests.wire.strategies import values


def bits(width: int) -> st.SearchStrategy[int]:
    """Numbers of that many bits."""
    return st.integers(0, (1 << width) - 1)


def later(kind: Any) -> st.SearchStrategy[Any]:
    """What is derived from a type's declaration, when all strategies are there."""
    return st.deferred(lambda: values(kind))


NSAPIS = bits(16).map(NsapiSet)
OTHER = st.builds(OtherAlgorithm, st.integers(3, 31), st.binary(max_size=20))
FULL = st.builds(
    RohcParameters, pcomp_1=bits(4), pcomp_2=bits(4), applicable_nsapis=NSAPIS, max_cid=bits(16), max_header=bits(16)
)
ROHC = st.builds(Rohc, FULL, st.lists(st.sampled_from(RohcProfile), max_size=16).map(tuple)) | st.builds(
    Rohc, later(RohcParameters)
)
KNOWN = st.builds(Known, bits(5), NSAPIS, st.binary(max_size=10), bits(2)) | st.builds(
    Known, bits(5), st.none(), st.binary(max_size=1), bits(2)
)
PROTOCOL = st.builds(
    ProposedProtocol, bits(5), later(Rfc1144) | later(Rfc2507) | ROHC | OTHER, bits(2), bits(3)
)  # fmt: skip
DATA = st.builds(ProposedData, bits(5), later(V42Bis) | later(V44) | OTHER, bits(2), bits(3))
DATA_COMPRESSION = st.builds(DataCompression, st.lists(DATA | KNOWN, max_size=2).map(tuple))
PROTOCOL_COMPRESSION = st.builds(ProtocolCompression, st.lists(PROTOCOL | KNOWN, max_size=2).map(tuple))
OTHER_PARAMETER = st.builds(OtherSndcpParameter, st.integers(3, 255), st.binary(max_size=20))
PARAMETER = later(SndcpVersion) | DATA_COMPRESSION | PROTOCOL_COMPRESSION | OTHER_PARAMETER
HEADER = {"spare": bits(1), "more": st.booleans(), "nsapi": bits(4)}
PAYLOAD = st.binary(max_size=40)

KINDS: dict[Any, st.SearchStrategy[Any]] = {
    NsapiSet: NSAPIS,
    OtherAlgorithm: OTHER,
    Rohc: ROHC,
    Known: KNOWN,
    ProposedProtocol: PROTOCOL,
    ProposedData: DATA,
    DataCompression: DATA_COMPRESSION,
    ProtocolCompression: PROTOCOL_COMPRESSION,
    OtherSndcpParameter: OTHER_PARAMETER,
    SndcpXid: st.builds(SndcpXid, st.lists(PARAMETER, max_size=3).map(tuple)).filter(
        lambda block: len(block.to_octets()) <= 255
    ),
    SnData: st.builds(SnData, **HEADER, first_segment=st.none() | later(FirstSegment), payload=PAYLOAD),
    SnUnitdata: st.builds(
        SnUnitdata,
        **HEADER,
        compression=st.none() | st.sampled_from(COMPRESSIONS),
        segment_number=bits(4),
        n_pdu_number=bits(12),
        payload=PAYLOAD,
    ),
}
