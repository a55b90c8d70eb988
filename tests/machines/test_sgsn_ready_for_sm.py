"""Mobile user activity in the SGSN (23.060 9.2.2.2.2, 29.002 12.4): the HLR hears of a mobile that a GGSN wanted."""

from ipaddress import IPv4Address
from typing import Any

import pytest

from nodes.core import hlrs
from nodes.core.gtp import NO_TEID
from nodes.sgsn import ready_for_sm
from protocol import tcap
from protocol.causes import GtpCause
from protocol.gmm.elements import UpdateTypeValue
from protocol.gtp import (
    EndUserAddress,
    PduNotificationRejectRequest,
    PduNotificationRejectResponse,
    PduNotificationRequest,
    PduNotificationResponse,
)
from protocol.gtp import GsnAddress as GtpAddress
from protocol.gtp import Imsi as GtpImsi
from protocol.identities import Apn, Imsi, Teid
from protocol.map.operations import ErrorCode
from protocol.map.short_messages import AlertReason, ReadyForSmArg, ReadyForSmRes
from tests.machines.sgsn_lab import IMSI, Strict

READY = ReadyForSmArg(imsi=IMSI, alert_reason=AlertReason.MS_PRESENT, alert_reason_indicator=True)


class Around(Strict):
    """A network whose HLR takes what it is told of activity, unless it errs; ``told`` is that."""

    def __init__(self, error: ErrorCode | bool | None = True, **changes: Any) -> None:
        self.told: list[Any] = []
        if error is not True:
            self.hlr_errors = {ReadyForSmArg: error or None}
        super().__init__(**changes)

    def _ask_hlr(self, transaction: Any) -> None:
        for component in getattr(transaction, "components", ()):
            if isinstance(component, tcap.Invoke) and isinstance(component.argument, ReadyForSmArg):
                self.told.append(component.argument)
                if not getattr(self, "hlr_errors", None):
                    result = tcap.result(component.invoke_id, ReadyForSmRes())
                    self.gr(tcap.End(dtid=transaction.otid, components=(result,)))
                    return
        super()._ask_hlr(transaction)

    def notify(self, number: int = 1) -> GtpCause:
        """A GGSN has a packet for the mobile; what it is answered."""
        self.gn(
            PduNotificationRequest(
                teid=NO_TEID,
                sequence_number=number,
                imsi=GtpImsi(IMSI),
                tunnel_endpoint_identifier_control_plane=Teid(0x99),
                end_user_address=EndUserAddress.static(IPv4Address("10.102.0.1")),
                access_point_name=Apn("internet"),
                ggsn_address_for_control_plane=GtpAddress.parse("10.0.0.5"),
            ),
            "ggsn1",
        )
        cause: GtpCause = self.last(PduNotificationResponse).cause
        return cause


def test_detached_mobile_comes_back() -> None:
    """23.060 9.2.2.2.2: refused as detached; its next attach, of which the HLR would not hear, is told."""
    lab = Around()
    mobile = lab.attached()
    lab.orders("detach", imsi=IMSI)
    lab.waits(40)
    assert lab.notify() is GtpCause.MS_IS_GPRS_DETACHED
    assert lab.orders("inspect").body["unreached"] == 1
    mobile.attach()
    mobile.update(UpdateTypeValue.PERIODIC_UPDATING)
    assert lab.told == [READY]
    mobile.update(UpdateTypeValue.PERIODIC_UPDATING)
    assert lab.told == [READY]
    assert lab.orders("inspect").body["unreached"] == 0


def test_mark_goes_with_the_context() -> None:
    """23.060 13.2: MNRG is a part of the context; once that is purged the next attach tells the HLR by itself."""
    lab = Around(timers={"X-purge": 60_000_000})
    lab.attached()
    lab.orders("detach", imsi=IMSI)
    lab.waits(40)
    lab.notify()
    assert lab.orders("inspect").body["unreached"] == 1
    lab.waits(61)
    assert lab.sgsn.by_imsi == {}
    assert lab.orders("inspect").body["unreached"] == 0


def test_silent_mobile_is_heard() -> None:
    """23.060 9.2.2.2.2: no answer to T3385; the GGSN is told, and the HLR when the mobile is heard."""
    lab = Around()
    mobile = lab.attached()
    assert lab.notify() is GtpCause.REQUEST_ACCEPTED
    lab.waits(40)
    reject = lab.last(PduNotificationRejectRequest)
    assert reject.cause is GtpCause.MS_IS_NOT_GPRS_RESPONDING_TO_PAGING
    lab.gn(
        PduNotificationRejectResponse(
            teid=reject.tunnel_endpoint_identifier_control_plane,
            sequence_number=reject.sequence_number,
            cause=GtpCause.REQUEST_ACCEPTED,
        ),
        "ggsn1",
    )
    assert lab.told == []
    mobile.update(UpdateTypeValue.PERIODIC_UPDATING)
    assert lab.told == [READY]


@pytest.mark.parametrize(("error", "times"), [(ErrorCode.UNKNOWN_SUBSCRIBER, 1), (None, 2)])
def test_hlr_refuses_or_is_silent(error: ErrorCode | None, times: int) -> None:
    """29.002 12.4.3: an HLR that does not know the mobile is not told again, a silent one at the next contact."""
    lab = Around(error)
    mobile = lab.attached()
    lab.notify()
    lab.waits(40)
    mobile.update(UpdateTypeValue.PERIODIC_UPDATING)
    lab.waits(20)
    mobile.update(UpdateTypeValue.PERIODIC_UPDATING)
    assert lab.told == [READY] * times


def test_no_hlr() -> None:
    """A mobile that no HLR serves: nobody is told."""
    lab = Around()
    mobile = lab.attached()
    lab.notify()
    lab.waits(40)
    lab.sgsn.hlr_of = hlrs.finder({})
    mobile.update(UpdateTypeValue.PERIODIC_UPDATING)
    assert lab.told == []


def test_marks_are_bounded() -> None:
    """The oldest mark goes where there would be too many."""
    lab = Around()
    for number in range(ready_for_sm.MOST + 1):
        ready_for_sm.mark(lab.sgsn, Imsi(f"{1010000000000 + number:015d}"))
    assert len(lab.sgsn.unreached) == ready_for_sm.MOST
    assert Imsi("001010000000000") not in lab.sgsn.unreached
