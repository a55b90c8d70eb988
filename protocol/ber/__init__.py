"""ASN.1 types in BER (X.690), declared like every other message.

This is how one looks::

    class UpdateGprsLocationRes(Sequence):
        '''HLR → SGSN: your location is noted.'''

        hlr_number: Annotated[IsdnAddress, OCTETS()]
        add_capability: Annotated[bool, NULL()] = False

A layout names the ASN.1 type; its first argument is the tag where the specification gives one: a number below 31 is
``[n]``, any other is the identifier octet itself, such as 0x48 for ``[APPLICATION 8]``. A field with a default may be
absent, and is not sent when it equals the default. Tags are implicit; :class:`EXPLICIT` is the other kind.

The compiled decoder knows elements in the declared order with shortest definite lengths. Whatever else it meets it
hands to :func:`protocol.ber.types.take_in_full`, which takes every form that BER allows and keeps unknown elements as
``extras``. Types nest only as deep as they are declared, and what is not declared is never descended into, so the time
is linear.
"""

from protocol.ber.layouts import (
    BIT_STRING,
    BOOLEAN,
    CHOICE,
    DEFINED_BY,
    ENUMERATED,
    EXPLICIT,
    INTEGER,
    NULL,
    OCTETS,
    OID,
    ONE_OF,
    OPAQUE,
    SEQUENCE,
    SEQUENCE_OF,
    Layout,
)
from protocol.ber.octets import bounds, header, opening
from protocol.ber.types import Choice, Element, Sequence, reference
from protocol.ber.values import Bits, Oid
from protocol.layout import Extra

__all__ = [
    "BIT_STRING",
    "BOOLEAN",
    "CHOICE",
    "DEFINED_BY",
    "ENUMERATED",
    "EXPLICIT",
    "INTEGER",
    "NULL",
    "OCTETS",
    "OID",
    "ONE_OF",
    "OPAQUE",
    "SEQUENCE",
    "SEQUENCE_OF",
    "Bits",
    "Choice",
    "Element",
    "Extra",
    "Layout",
    "Oid",
    "Sequence",
    "bounds",
    "header",
    "opening",
    "reference",
]
