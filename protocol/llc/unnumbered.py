"""Unnumbered frames (TS 44.064 6.4.1): establishment and release of ABM, parameters, rejection, cell update."""

from typing import Annotated, Any

from protocol.errors import DecodeError
from protocol.layout import HEADER, V
from protocol.llc.fcs import fcs
from protocol.llc.frame import LlcFrame, address, address_of, check
from protocol.llc.reject import RejectCondition, RejectedControl
from protocol.llc.xid import XidInformation


class UFrame(LlcFrame):
    """U format (6.3.4): the M bits say which; ``poll_final`` is the P bit of commands and the F bit of responses."""

    poll_final: Annotated[bool, HEADER("1 bit")] = False

    @classmethod
    def take_header(cls, octets: bytes) -> tuple[tuple[Any, ...], bytes, int]:
        check(octets, 5)
        if octets[1] & 0xEF != cls.code:
            raise DecodeError(f"control {octets[1]:#04x} is not of a frame {cls.title}", at=1)
        return (*address_of(octets), octets[1] & 0x10 != 0), octets[:-3], 2

    def frame(self, elements: bytes | bytearray) -> bytes:
        whole = bytes((address(self), self.code | self.poll_final << 4)) + elements
        return whole + fcs(whole)


class Null(UFrame, code=0xE0, title="NULL", clause="6.4.1.7", way="up"):
    """MS → network: I am in this cell now; it does not count as activity."""


class Dm(UFrame, code=0xE1, title="DM", clause="6.4.1.4"):
    """Either → the other, response: I am not in ABM, and cannot do as you say."""


class Disc(UFrame, code=0xE4, title="DISC", clause="6.4.1.2"):
    """Either → the other, command: let us end ABM."""


class Ua(UFrame, code=0xE6, title="UA", clause="6.4.1.3"):
    """Either → the other, response: your SABM or DISC is done, with these parameters in answer to those of SABM."""

    information: Annotated[XidInformation, V(0, 1520)] = XidInformation()


class Sabm(UFrame, code=0xE7, title="SABM", clause="6.4.1.1"):
    """Either → the other, command: let us begin ABM anew, with these parameters."""

    information: Annotated[XidInformation, V(0, 1520)] = XidInformation()


class Frmr(UFrame, code=0xE8, title="FRMR", clause="6.4.1.5"):
    """Either → the other, response: a frame of yours cannot be put right by sending it again."""

    rejected_control: Annotated[RejectedControl, V(6)]
    condition: Annotated[RejectCondition, V(4)]


class Xid(UFrame, code=0xEB, title="XID", clause="6.4.1.6"):
    """Either → the other, command or response: parameters that I propose, or to which I agree."""

    information: Annotated[XidInformation, V(0, 1520)] = XidInformation()
