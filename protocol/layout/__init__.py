"""Information elements in the formats of TS 24.007 11.2 and their relatives, and the messages made of them.

A message is declared once, in the specification's order and words::

    class IdentityRequest(GmmMessage, code=0x15, title="IDENTITY REQUEST", clause="9.4.12", way="down"):
        '''Network → MS: tell me the identity named.'''

        identity_type: Annotated[IdentityType, HALF()]
        force_to_standby: Annotated[ForceToStandby, HALF()]

and compiled at import into straight-line Python. The compiled decoder knows only the canonical coding; whatever it does
not expect it hands to :mod:`protocol.layout.in_full`, which obeys the error rules (TS 24.008 section 8 and its like)
element by element. Both read the same declaration.

What is decoded is encoded again octet by octet: a value gives back the octets that it was read from, an unused element
stays in ``extras``, and another coding than ours in ``coding``.
"""

from protocol.declare import MISSING, OpenEnum
from protocol.layout.formats import (
    HALF,
    HEADER,
    LV,
    LV2,
    REPEATED,
    THALF,
    TLV,
    TLV2,
    TRAILER,
    TV,
    Format,
    GbTLV,
    T,
    V,
    find_end,
    find_length,
)
from protocol.layout.in_full import decode_in_full
from protocol.layout.message import Message, Way, decode
from protocol.layout.reference import messages, reference
from protocol.layout.rules import Coding, Extra, Rules, When, unknown_by_tag

__all__ = [
    "HALF",
    "HEADER",
    "LV",
    "LV2",
    "MISSING",
    "REPEATED",
    "THALF",
    "TLV",
    "TLV2",
    "TRAILER",
    "TV",
    "Coding",
    "Extra",
    "Format",
    "GbTLV",
    "Message",
    "OpenEnum",
    "Rules",
    "T",
    "V",
    "Way",
    "When",
    "decode",
    "decode_in_full",
    "find_end",
    "find_length",
    "messages",
    "reference",
    "unknown_by_tag",
]
