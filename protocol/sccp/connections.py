"""SCCP messages of connections, classes 2 and 3 (Q.713 4.2 to 4.9, 4.12 to 4.17). No node here has connections."""

from typing import Annotated

from protocol.sccp.address import Address
from protocol.sccp.messages import SccpMessage
from protocol.sccp.parameters import (
    ErrorCause,
    Importance,
    LocalReference,
    ProtocolClass,
    ReceiveSequenceNumber,
    RefusalCause,
    ReleaseCause,
    ResetCause,
    SegmentingReassembling,
    SequencingSegmenting,
)
from protocol.sccp.parts import F, O, V


class Cr(SccpMessage, code=0x01, clause="4.2"):
    """CR: let us have a connection, which I call ``source``."""

    source: Annotated[LocalReference, F(3)]
    protocol_class: Annotated[ProtocolClass, F()] = ProtocolClass.CLASS_2
    called: Annotated[Address, V()]
    credit: Annotated[int | None, O(0x09)] = None
    calling: Annotated[Address | None, O(0x04)] = None
    payload: Annotated[bytes | None, O(0x0F)] = None
    hop_counter: Annotated[int | None, O(0x11)] = None
    importance: Annotated[Importance | None, O(0x12)] = None


class Cc(SccpMessage, code=0x02, clause="4.3"):
    """CC: the connection stands."""

    destination: Annotated[LocalReference, F(3)]
    source: Annotated[LocalReference, F(3)]
    protocol_class: Annotated[ProtocolClass, F()] = ProtocolClass.CLASS_2
    credit: Annotated[int | None, O(0x09)] = None
    called: Annotated[Address | None, O(0x03)] = None
    payload: Annotated[bytes | None, O(0x0F)] = None
    importance: Annotated[Importance | None, O(0x12)] = None


class Cref(SccpMessage, code=0x03, clause="4.4"):
    """CREF: there will be no connection."""

    destination: Annotated[LocalReference, F(3)]
    cause: Annotated[RefusalCause, F()]
    called: Annotated[Address | None, O(0x03)] = None
    payload: Annotated[bytes | None, O(0x0F)] = None
    importance: Annotated[Importance | None, O(0x12)] = None


class Rlsd(SccpMessage, code=0x04, clause="4.5"):
    """RLSD: I release the connection."""

    destination: Annotated[LocalReference, F(3)]
    source: Annotated[LocalReference, F(3)]
    cause: Annotated[ReleaseCause, F()]
    payload: Annotated[bytes | None, O(0x0F)] = None
    importance: Annotated[Importance | None, O(0x12)] = None


class Rlc(SccpMessage, code=0x05, clause="4.6"):
    """RLC: so do I."""

    destination: Annotated[LocalReference, F(3)]
    source: Annotated[LocalReference, F(3)]


class Dt1(SccpMessage, code=0x06, clause="4.7"):
    """DT1: data on a connection of class 2."""

    destination: Annotated[LocalReference, F(3)]
    segmenting: Annotated[SegmentingReassembling, F()] = SegmentingReassembling()
    payload: Annotated[bytes, V()]


class Dt2(SccpMessage, code=0x07, clause="4.8"):
    """DT2: data on a connection of class 3, and what has been received."""

    destination: Annotated[LocalReference, F(3)]
    sequencing: Annotated[SequencingSegmenting, F(2)]
    payload: Annotated[bytes, V()]


class Ak(SccpMessage, code=0x08, clause="4.9"):
    """AK: this has been received, and so many more may come."""

    destination: Annotated[LocalReference, F(3)]
    receive_sequence_number: Annotated[ReceiveSequenceNumber, F()]
    credit: Annotated[int, F()]


class Ed(SccpMessage, code=0x0B, clause="4.12"):
    """ED: expedited data, past the flow control."""

    destination: Annotated[LocalReference, F(3)]
    payload: Annotated[bytes, V()]


class Ea(SccpMessage, code=0x0C, clause="4.13"):
    """EA: the expedited data have been received."""

    destination: Annotated[LocalReference, F(3)]


class Rsr(SccpMessage, code=0x0D, clause="4.14"):
    """RSR: let the sequence numbers begin anew."""

    destination: Annotated[LocalReference, F(3)]
    source: Annotated[LocalReference, F(3)]
    cause: Annotated[ResetCause, F()]


class Rsc(SccpMessage, code=0x0E, clause="4.15"):
    """RSC: they do."""

    destination: Annotated[LocalReference, F(3)]
    source: Annotated[LocalReference, F(3)]


class Err(SccpMessage, code=0x0F, clause="4.16"):
    """ERR: a message of the connection could not be."""

    destination: Annotated[LocalReference, F(3)]
    cause: Annotated[ErrorCause, F()]


class It(SccpMessage, code=0x10, clause="4.17"):
    """IT: the connection is still there, and stands like this."""

    destination: Annotated[LocalReference, F(3)]
    source: Annotated[LocalReference, F(3)]
    protocol_class: Annotated[ProtocolClass, F()]
    sequencing: Annotated[SequencingSegmenting, F(2)]
    credit: Annotated[int, F()]
