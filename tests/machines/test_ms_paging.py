"""Paging of the mobile (24.008 4.7.9), P-TMSI reallocation (4.7.6)."""

from typing import Any

import pytest

from protocol.causes import GmmCause
from protocol.gmm import (
    AttachRequest,
    GmmStatus,
    PtmsiReallocationCommand,
    PtmsiReallocationComplete,
    RoutingAreaUpdateRequest,
)
from protocol.gmm.elements import ForceToStandby, TypeOfAttach
from protocol.identities import Imei, Imsi, MobileIdentity, Tlli, Tmsi
from protocol.rr import ChannelNeeded, ChannelsNeeded, PagingRequestType1, PagingRequestType2, PagingRequestType3
from protocol.rr.elements import PageMode, PagingMode
from protocol.rr.rest_octets import P1RestOctets, P2RestOctets
from tests.machines.mobiles import (
    ATTACHED,
    CELL,
    DETACH_ACCEPT,
    EMPTY,
    IMSI,
    NORMAL,
    OTHER,
    PTMSI,
    PTMSI_2,
    SIGNATURE,
    TMSI,
    UPDATING,
    Around,
    accept,
    accept_update,
    attached,
    attached_for_both,
)

MODE = PageMode(pm=PagingMode.NORMAL_PAGING)
CHANNELS = ChannelsNeeded(first=ChannelNeeded.SDCCH, second=ChannelNeeded.TCH_F)
STRANGER, STRANGER_2 = Tmsi(0xC0000001), Tmsi(0x00000002)


def page(identity: Any = PTMSI, second: Any = None, *, packets: bool = True) -> PagingRequestType1:
    """A page of type 1 for one mobile, or for two."""
    return PagingRequestType1(
        page_mode=MODE,
        channels_needed=CHANNELS,
        mobile_identity_1=MobileIdentity(identity),
        mobile_identity_2=None if second is None else MobileIdentity(second),
        p1_rest_octets=P1RestOctets(
            packet_page_indication_1=packets, packet_page_indication_2=packets and second is not None
        ),
    )


def page_three(first: Tmsi, second: Tmsi, third: Any, *, packets: bool = True) -> PagingRequestType2:
    """A page of type 2."""
    return PagingRequestType2(
        page_mode=MODE,
        channels_needed=CHANNELS,
        mobile_identity_1=first,
        mobile_identity_2=second,
        mobile_identity_3=MobileIdentity(third),
        p2_rest_octets=P2RestOctets(packet_page_indication_3=packets),
    )


def page_four(*identities: Tmsi) -> PagingRequestType3:
    """A page of type 3."""
    first, second, third, fourth = identities
    return PagingRequestType3(
        page_mode=MODE,
        channels_needed=CHANNELS,
        mobile_identity_1=first,
        mobile_identity_2=second,
        mobile_identity_3=third,
        mobile_identity_4=fourth,
    )


def reallocation(ptmsi: Any, **changes: Any) -> PtmsiReallocationCommand:
    """A P-TMSI REALLOCATION COMMAND."""
    return PtmsiReallocationCommand(
        allocated_ptmsi=MobileIdentity(ptmsi),
        routing_area=CELL.rai,
        force_to_standby=ForceToStandby.NOT_INDICATED,
    ).replace(**changes)


# --- paging -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message",
    [
        page(),
        page(STRANGER, PTMSI),
        page_three(PTMSI, STRANGER, STRANGER_2),
        page_three(STRANGER, PTMSI, STRANGER_2),
        page_three(STRANGER, STRANGER, PTMSI),
        page_four(PTMSI, STRANGER, STRANGER, STRANGER),
        page_four(STRANGER, STRANGER, STRANGER, PTMSI),
    ],
)
def test_paged_by_ptmsi(message: Any) -> None:
    """Wherever the P-TMSI stands in a page of whatever type, any frame answers it (44.018 9.1.22 to 9.1.24)."""
    around = attached()
    around.wait(60)
    assert around.m1["mm_state"] == "STANDBY"
    assert around.pages(message) == [EMPTY]
    assert (around.tlli, around.m1["mm_state"]) == (Tlli.local(PTMSI), "READY")
    assert not around.warnings


@pytest.mark.parametrize("third", [False, True])
def test_paged_by_imsi(third: bool) -> None:
    """The network knows the IMSI only: identities are deleted, and the mobile attaches as a new one (4.7.9.1.2)."""
    around = attached()
    message = page_three(STRANGER, STRANGER, IMSI) if third else page(IMSI)
    (request,) = around.pages(message)
    assert isinstance(request, AttachRequest)
    assert request.mobile_identity.value == IMSI
    assert around.tlli.kind == "random"
    look = around.m1
    assert (look["ptmsi"], look["cksn"], look["update_status"], look["mm_state"]) == (None, 7, "NOT_UPDATED", "IDLE")
    around.says(accept())
    assert around.m1["state"] == ATTACHED


def test_paged_by_imsi_attached_for_both() -> None:
    """One that was attached for calls too attaches for both again."""
    around = attached_for_both()
    (request,) = around.pages(page(IMSI))
    assert isinstance(request, AttachRequest)
    assert request.attach_type.type_of_attach is TypeOfAttach.COMBINED_GPRS_IMSI_ATTACH


def test_paged_while_updating() -> None:
    """The request is on its way, and is answer enough; a page by IMSI ends the update (4.7.9.1)."""
    around = attached()
    around.order("move", cell="c3")
    assert around.pages(page(), "c3") == []
    (request,) = around.pages(page(IMSI), "c3")
    assert isinstance(request, AttachRequest)
    around.says(accept(routing_area=request.old_routing_area), None)
    assert around.m1["state"] == ATTACHED


@pytest.mark.parametrize("identity", [STRANGER, OTHER, Imei("490154203237510"), None])
def test_page_for_somebody_else(identity: Any) -> None:
    """Not named, not answered: nor by a mobile that is off."""
    around = attached()
    assert around.pages(page(identity)) == []
    assert around.pages(page(), "c2") == [], "in another cell"
    assert not around.warnings


def test_page_of_no_use() -> None:
    """A mobile that is not attached does not answer; a page in a cell of which nothing is known concerns nobody."""
    around = attached()
    around.order("detach")
    around.says(DETACH_ACCEPT)
    assert around.pages(page()) == []
    assert around.pages(page(IMSI)) == []
    assert around.m1["state"] == NORMAL
    assert around.pages(page(), "silent") == []


def test_what_pages_nobody() -> None:
    """A paging channel with another message, or none, is a warning."""
    around = attached()
    assert around.pages(b"") == []
    assert around.pages(bytes.fromhex("06120f")) == []
    assert len(around.warnings) == 2


@pytest.mark.parametrize(
    "message",
    [
        page(TMSI, packets=False),
        page(IMSI, packets=False),
        page(STRANGER_2, TMSI, packets=False),
        page_three(TMSI, STRANGER, STRANGER_2, packets=False),
        page_three(STRANGER, STRANGER, IMSI, packets=False),
        page_four(STRANGER, TMSI, STRANGER, STRANGER),
    ],
)
def test_paged_for_a_call(message: Any) -> None:
    """A page without packets, by TMSI or IMSI, is for a call, and handed on with the channel needed."""
    around = attached_for_both()
    handed = []
    around.mobile.__class__.paged_for_call, kept = (
        lambda _, identity, channel: handed.append((identity.value, channel)),
        around.mobile.__class__.paged_for_call,
    )
    try:
        assert around.pages(message) == []
    finally:
        around.mobile.__class__.paged_for_call = kept
    ((identity, channel),) = handed
    assert identity in (TMSI, IMSI)
    assert isinstance(channel, ChannelNeeded)


def test_tmsi_is_of_its_area() -> None:
    """A TMSI counts in the location area that gave it."""
    around = attached_for_both()
    around.order("move", cell="c4")
    assert around.pages(page(TMSI, packets=False), "c4") == []
    assert not around.warnings


# --- P-TMSI reallocation ------------------------------------------------------------------------------------------


def test_ptmsi_reallocation() -> None:
    """The new P-TMSI is acknowledged on the TLLI made of it; a signature that is not told stays (4.7.6.2)."""
    around = attached()
    assert around.says(reallocation(PTMSI_2)) == [PtmsiReallocationComplete()]
    look = around.m1
    assert around.tlli == Tlli.local(PTMSI_2)
    assert (look["ptmsi"], look["tlli"]) == (str(PTMSI_2), str(Tlli.local(PTMSI_2)))
    assert around.mobile.card.ptmsi_signature == SIGNATURE
    assert around.pages(page(PTMSI_2)) == [EMPTY]


def test_ptmsi_reallocation_with_signature() -> None:
    """One that is told takes the place of the old one."""
    around = attached()
    around.says(reallocation(PTMSI_2, ptmsi_signature=0x123456))
    assert around.mobile.card.ptmsi_signature == 0x123456


def test_ptmsi_reallocation_repeated() -> None:
    """COMPLETE was lost: the command comes again on the old TLLI, and is acknowledged again (4.7.6.4)."""
    around = attached()
    old = around.tlli
    around.says(reallocation(PTMSI_2))
    assert around.says(reallocation(PTMSI_2), old) == [PtmsiReallocationComplete()]
    assert around.m1["state"] == ATTACHED


def test_ptmsi_reallocation_of_something_else() -> None:
    """An IMSI is no P-TMSI."""
    around = attached()
    status = GmmStatus(gmm_cause=GmmCause.INVALID_MANDATORY_INFORMATION)
    octets = reallocation(PTMSI_2).encode()
    octets = octets.replace(MobileIdentity(PTMSI_2).to_octets(), MobileIdentity(Imsi("123456789")).to_octets())
    assert around.says(octets) == [status]
    assert around.m1["ptmsi"] == str(PTMSI)


def test_ptmsi_reallocation_while_updating() -> None:
    """Collision: the command is ignored, and the update goes on (4.7.5.1.5 h)."""
    around = attached()
    (request,) = around.order("move", cell="c3")
    assert isinstance(request, RoutingAreaUpdateRequest)
    assert around.says(reallocation(PTMSI_2)) == []
    assert (around.m1["state"], around.m1["ptmsi"]) == (UPDATING, str(PTMSI))
    around.says(accept_update("c3"))
    assert around.m1["state"] == ATTACHED


def test_ptmsi_reallocation_while_detaching() -> None:
    """Collision: the command is ignored, and the detach goes on (4.7.4.1.4 d)."""
    around = attached()
    around.order("detach")
    assert around.says(reallocation(PTMSI_2)) == []
    assert around.m1["ptmsi"] == str(PTMSI)
    around.says(DETACH_ACCEPT)
    assert around.m1["state"] == NORMAL


def test_two_mobiles_with_one_ptmsi() -> None:
    """Two SGSNs may give the same P-TMSI: each mobile hears what is sent in its own cell."""
    around = Around()
    around.order("attach")
    around.says(accept())
    around.order("move", cell="c4", mobile="m2")
    around.order("attach", mobile="m2")
    around.says(accept(routing_area=CELL.rai))
    assert around.pages(page(), "c1") == [EMPTY]
    assert around.cell == "c1"
    assert around.pages(page(), "c4") == [EMPTY]
    assert around.cell == "c4"
