"""Who is paged by a PAGING REQUEST, and what for (TS 44.018 3.3.2.1, 3.5.1, 9.1.22 to 9.1.24)."""

from collections.abc import Iterator
from typing import NamedTuple

from protocol import rr
from protocol.errors import DecodeError
from protocol.identities import MobileIdentity, Tmsi
from protocol.rr import ChannelNeeded, PagingRequestType1, PagingRequestType2, PagingRequestType3

PTMSI_TOP = 3
"""The two top bits of every P-TMSI, and of no TMSI (TS 23.003 2.4)."""


class Page(NamedTuple):
    """One mobile that is paged: for ``packets``, or for a call on a channel of this kind."""

    identity: MobileIdentity
    packets: bool
    channel: ChannelNeeded


def read_pages(octets: bytes) -> Iterator[Page]:
    """All pages of a message of any type. A P-TMSI tells by itself that packets are meant; an IMSI needs the bit."""
    message = rr.decode(octets, up=False)
    match message:
        case PagingRequestType1():
            rest = message.p1_rest_octets
            needed = message.channels_needed
            yield page(message.mobile_identity_1, needed.first, rest.packet_page_indication_1)
            yield page(message.mobile_identity_2, needed.second, rest.packet_page_indication_2)
        case PagingRequestType2():
            third = message.p2_rest_octets
            needed = message.channels_needed
            yield page(MobileIdentity(message.mobile_identity_1), needed.first)
            yield page(MobileIdentity(message.mobile_identity_2), needed.second)
            channel = ChannelNeeded(third.channel_needed_3 or 0)
            yield page(message.mobile_identity_3, channel, third.packet_page_indication_3)
        case PagingRequestType3():
            needed = message.channels_needed
            more = message.p3_rest_octets.channels_needed_3_and_4
            channels = (0, 0) if more is None else (more.third, more.fourth)
            yield page(MobileIdentity(message.mobile_identity_1), needed.first)
            yield page(MobileIdentity(message.mobile_identity_2), needed.second)
            yield page(MobileIdentity(message.mobile_identity_3), ChannelNeeded(channels[0]))
            yield page(MobileIdentity(message.mobile_identity_4), ChannelNeeded(channels[1]))
        case _:
            raise DecodeError(f"{message.title} pages nobody")


def page(identity: MobileIdentity | None, channel: ChannelNeeded, indicated: bool = False) -> Page:
    """One page."""
    found = MobileIdentity(None) if identity is None else identity
    ptmsi = isinstance(found.value, Tmsi) and found.value >> 30 == PTMSI_TOP
    return Page(found, indicated or ptmsi, channel)
