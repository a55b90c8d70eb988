"""ASN.1 types in BER (X.690), declared like every other message.

This is how one looks::

    class UpdateGprsLocationRes(Sequence):
        '''HLR → SGSN: your location is noted.'''

        hlr_number: Annotated[IsdnAddress, OCTETS()]
        add_capability: Annotated[bool, NULL()] = False

A layout names the ASN.1 type; its first argument is the tag where the specification gives one: a number below 31 is
``[n]``, any other is the identifier octet itself, such as 0x48 for ``[APPLICATION 8]``. A field with a default may be
absent, and is not sent when it equals the default. Tags are implicit; :class:`EXPLICIT` is the other kind.

The compiled decoder knows elements in the declared order as we would write them, with shortest definite lengths and
without defaults. Whatever else it meets it hands to :func:`protocol.ber.in_full.take_in_full`, which takes every form
that BER allows (but for strings in pieces), keeps unknown elements as ``extras`` and the form of each element in
``coding``, so that encode gives the same octets back. Types nest only as deep as they are declared, and what is not
declared is never descended into, so the time is linear.
"""

from protocol.ber.coding import Coding, Form, wrap
from protocol.ber.constructed import CHOICE, DEFINED_BY, EXPLICIT, ONE_OF, SEQUENCE, SEQUENCE_OF, Unread
from protocol.ber.layouts import BIT_STRING, BOOLEAN, ENUMERATED, INTEGER, NULL, OCTETS, OID, OPAQUE, Layout
from protocol.ber.octets import Place, bounds, header, long_length, opening
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
    "Coding",
    "Element",
    "Extra",
    "Form",
    "Layout",
    "Oid",
    "Place",
    "Sequence",
    "Unread",
    "bounds",
    "header",
    "long_length",
    "opening",
    "reference",
    "wrap",
]
