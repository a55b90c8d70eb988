"""Suspending GPRS services for a dedicated channel (TS 44.018 3.4.25, TS 23.060 16.2.1, TS 24.008 4.7.1.5).

A mobile of class B does one thing at a time. On a dedicated channel its packets wait, and where it is attached it tells
so at once, so that the SGSN does not look for it. When the channel is released the network says whether packets go on;
if it says nothing, or that they do not, or was not heard any more, a routing area update says so (23.060 16.2.1.1).
"""

from typing import TYPE_CHECKING

from protocol.identities import Tlli
from protocol.rr import ChannelRelease, GprsSuspensionRequest

if TYPE_CHECKING:
    from nodes.ms.radio import Channel


def suspend(channel: "Channel") -> None:
    """The mobile is in dedicated mode now. One that the SGSN does not know has nothing to tell it."""
    mobile = channel.mobile
    attached = mobile.readiness.is_attached
    channel.suspends = mobile.config.ms_class == "B" and mobile.suspend()
    card = mobile.card
    tlli = mobile.tlli if card.ptmsi is None else Tlli.local(card.ptmsi)
    if channel.suspends and attached and card.rai is not None and tlli is not None:
        request = GprsSuspensionRequest(
            tlli=tlli, routeing_area_identification=card.rai, suspension_cause=channel.reason
        )
        channel.tell(request)


def says_go_on(release: ChannelRelease) -> bool:
    """Whether the network has resumed GPRS services by itself (44.018 3.4.13.1.1, 10.5.2.14c)."""
    return release.gprs_resumption is not None and release.gprs_resumption.ack


def resume(channel: "Channel") -> None:
    """The mobile is in idle mode again."""
    if channel.suspends:
        channel.mobile.resumed(ok=channel.resumed)
