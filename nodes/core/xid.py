"""LLC frames that are not UI (TS 44.064): parameters are agreed to, acknowledged operation is not in use."""

from collections.abc import Callable

from protocol.llc import Disc, Dm, IFrame, LlcFrame, Sabm, Sapi, Xid, XidInformation
from protocol.llc.parameters import DEFAULTS, LinkParameters, in_range
from protocol.llc.xid import (
    KD,
    KU,
    MD,
    MU,
    N200,
    N201I,
    N201U,
    T200,
    TENTH,
    IovI,
    IovUi,
    Layer3Parameters,
    LlcVersion,
    OtherParameter,
    Reset,
    Value,
)
from protocol.sndcp.xid import SndcpVersion, SndcpXid

OWN: dict[type[Value], Callable[[LinkParameters], Value]] = {
    T200: lambda own: T200(tenths=own.t200 // TENTH),
    N200: lambda own: N200(retransmissions=own.n200),
    N201U: lambda own: N201U(octets=own.n201_u),
    N201I: lambda own: N201I(octets=own.n201_i or 0),
    MD: lambda own: MD(units=own.md or 0),
    MU: lambda own: MU(units=own.mu or 0),
    KD: lambda own: KD(frames=own.kd or 0),
    KU: lambda own: KU(frames=own.ku or 0),
}
"""Our own value of each parameter that is negotiated, for a proposal that cannot be."""


def answer(frame: LlcFrame, *, network: bool) -> LlcFrame | None:
    """What the network, or the mobile, says to a frame of the other side, if anything.

    In ADM a SABM or DISC is answered by DM (8.5.1, 8.5.2), as is an I frame, whose sender takes the link for
    established. What comes as a response answers nothing that was asked.
    """
    if frame.command is network:  # C/R 1 from a mobile is a response, and 0 from the network
        return None
    command = not network
    match frame:
        case Xid():
            information = agree(frame.sapi, frame.information)
            return Xid(sapi=frame.sapi, command=command, poll_final=frame.poll_final, information=information)
        case Sabm() | Disc():
            return Dm(sapi=frame.sapi, command=command, poll_final=frame.poll_final)
        case IFrame():
            return Dm(sapi=frame.sapi, command=command)
    return None


def agree(sapi: Sapi, proposed: XidInformation) -> XidInformation:
    """The parameters agreed to (8.5.3): the proposal, or our own value for one that cannot be."""
    agreed = [agree_to(sapi, parameter.value) for parameter in proposed.parameters]
    return XidInformation.of(*(value for value in agreed if value is not None))


def agree_to(sapi: Sapi, value: Value) -> Value | None:
    """One parameter; None for one that is not answered: not known, or the network's alone to set."""
    match value:
        case LlcVersion():
            return LlcVersion(version=0)
        case Layer3Parameters(content=SndcpXid() as block):
            # Version 0, and no compression: entities that are not answered are not agreed to (44.065 6.8.2).
            version = block.find(SndcpVersion)
            return Layer3Parameters(SndcpXid(() if version is None else (SndcpVersion(version=0),)))
        case Layer3Parameters():
            return Layer3Parameters(b"")
        case Reset() | IovUi() | IovI() | OtherParameter():
            return None
    return value if in_range(value) else OWN[type(value)](DEFAULTS[sapi])
