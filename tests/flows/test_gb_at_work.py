"""Gb where it is busy (TS 48.018 7.1, 8): many pages at once, saturated cells, and what both sides ask each other."""

from typing import Any

import pytest

from protocol.bssgp import (
    DlQosProfile,
    DummyPagingPs,
    DummyPagingPsResponse,
    FlowControlBvc,
    ImsiIdentity,
    LlcDiscarded,
    MsRegistrationEnquiry,
    MsRegistrationEnquiryResponse,
    PagingPs,
    PagingPsReject,
)
from protocol.identities import Imsi, Tmsi
from protocol.ns import NsUnitdata
from protocol.rr import PagingRequestType1, PagingRequestType2

IMSIS = {"anna": "001010000000001", "bert": "001010000000002", "emma": "001010000000005", "finn": "001010000000006"}


def test_paging_of_several_at_once(lab: Any) -> None:
    """44.018 9.1.22, 9.1.23: the first page is on the air at once, the others share a message, and all are found."""
    for mobile in IMSIS:
        assert lab.attach(mobile).status == "done"
    lab.wait(11)
    lab.mark()
    commands = [lab.session.start_command("sgsn1", "page", {"imsi": imsi}) for imsi in IMSIS.values()]
    lab.wait(2)
    assert [lab.session.outcome(command).body for command in commands] == [{"answered": True}] * len(IMSIS)
    assert (lab.count(PagingRequestType1), lab.count(PagingRequestType2)) == (2, 2)  # in the two cells of the area


@pytest.mark.ttcn3("paging_ps_reject_sig_bvci")
def test_paging_channel_is_full(lab: Any) -> None:
    """48.018 7.1: a BSS that cannot page now says when it can; the SGSN pages then, and the mobile is found."""
    lab.attach("anna")
    lab.wait(11)
    for number in range(2 * 1001):  # two cells of the area, each with its channel
        page = PagingPs(
            imsi=ImsiIdentity(Imsi("001010000000099")),
            qos_profile=DlQosProfile.from_octets(bytes(3)),
            bvci=2 + number % 2,
            ptmsi=Tmsi(0xC1000000 + number),
        )
        lab.inject("bss1", "sgsn1", "gb", NsUnitdata(bvci=0, sdu=page.encode()).encode())
    lab.mark()
    command = lab.session.start_command("sgsn1", "page", {"imsi": IMSIS["anna"]})
    lab.wait(5)
    (reject,) = lab.said(PagingPsReject)
    assert 20 < reject.time_until_next_paging_occasion.seconds < 30
    lab.wait(reject.time_until_next_paging_occasion.seconds)
    assert lab.session.outcome(command).body == {"answered": True}
    assert lab.count(PagingPs) == 2


def throttle(lab: Any, **limits: int) -> None:
    """Let cell1 take so much."""
    assert lab.session.command("bss1", "capacity", {"cell": "cell1", **limits}).status == "done"
    lab.wait(2)


@pytest.mark.ttcn3("llc_discarded")
def test_saturated_cell(lab: Any) -> None:
    """48.018 8.1.1, 8.1.2: a cell that takes nothing more lets frames wait, and tells which have waited too long.

    The SGSN does not know: what the BSS has told it of its limits is lost.
    """
    lab.lose(FlowControlBvc)
    throttle(lab, rate=0, bucket=0)
    lab.mark()
    lab.begin("anna", "attach")  # one frame has room: the challenge
    lab.wait(5)
    assert lab.session.inspect("bss1", "cell1")["waiting_octets"] > 0
    lab.wait(25)
    lost = lab.said(LlcDiscarded)
    assert len(lost) >= 2  # IDENTITY REQUEST, again and again
    discarded = lab.session.inspect("sgsn1")["downlink_discarded"]
    assert discarded["by bss"] == sum(one.llc_frames_discarded for one in lost)
    lab.heal()
    throttle(lab, rate=10_000, bucket=50_000)
    lab.wait(60)
    assert lab.session.inspect("bss1", "cell1")["waiting_octets"] == 0
    assert lab.mobile("anna")["state"] == "GMM-REGISTERED.NORMAL-SERVICE"


@pytest.mark.ttcn3("llc_discarded")
def test_saturated_backlog(make_lab: Any) -> None:
    """48.018 8.1.2: what is more than a cell lets wait is discarded at once, and the SGSN hears of it."""
    lab = make_lab({"topology": {"nodes": {"bss1": {"cells": {"cell1": {"backlog": 0}}}}}})
    lab.lose(FlowControlBvc)
    throttle(lab, rate=2, bucket=0)
    lab.mark()
    lab.begin("anna", "attach")
    lab.wait(8)
    assert lab.count(LlcDiscarded) > 0
    lab.heal()
    throttle(lab, rate=10_000, bucket=50_000)
    lab.wait(60)
    assert lab.mobile("anna")["state"] == "GMM-REGISTERED.NORMAL-SERVICE"


@pytest.mark.ttcn3("dummy_paging_ps_sig")
def test_next_paging_occasion(lab: Any) -> None:
    """48.018 7.1: the SGSN asks when anna could be paged, and nobody pages her."""
    lab.attach("anna")
    lab.mark()
    assert lab.tell("sgsn1", "next-occasion", "anna").body == {"seconds": 0}
    lab.sees(("sgsn1", "bss1", DummyPagingPs), ("bss1", "sgsn1", DummyPagingPsResponse))
    assert lab.count(PagingRequestType1) == 0


@pytest.mark.ttcn3("ms_reg_enq")
def test_registration_enquiry(lab: Any) -> None:
    """48.018 10.3.15: the BSS asks who serves anna for packets: her operator, or nobody."""
    lab.attach("anna")
    lab.mark()
    assert lab.tell("bss1", "enquire", "anna").body == {"operator": "001-01"}
    lab.sees(("bss1", "sgsn1", MsRegistrationEnquiry), ("sgsn1", "bss1", MsRegistrationEnquiryResponse))
    assert lab.tell("bss1", "enquire", "bert").body == {"operator": None}
