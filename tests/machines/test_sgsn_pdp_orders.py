"""No PDP context, tunnel end or transaction is left in the SGSN, in whatever order mobile, GGSN and operator act."""

from collections.abc import Callable
from random import Random

import pytest

from protocol.causes import GtpCause, SmCause
from protocol.gmm import DetachRequestMo
from protocol.gmm.elements import DetachTypeMo, MoDetach
from protocol.gtp import (
    CreatePdpContextRequest,
    DeletePdpContextRequest,
    DeletePdpContextResponse,
    Nsapi,
    PduNotificationRejectRequest,
    PduNotificationRejectResponse,
    TeardownInd,
    UpdatePdpContextRequest,
    UpdatePdpContextResponse,
)
from protocol.identities import Teid
from protocol.sm import SmStatus, TransactionIdentifier
from protocol.sm.elements import LlcSapiValue
from tests.machines.sgsn_lab import IMSI
from tests.machines.sgsn_sessions import GGSNS, OPEN_QOS, SUBSCRIBED_QOS, template
from tests.machines.test_sgsn_pdp_network_requested import NotifyingLab


class Disorder(NotifyingLab):
    """A mobile with up to three contexts; everybody does what may be done, when it comes to mind."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.rng = Random(seed)
        self.provided()

    def ggsn_answers(self) -> None:
        """A GGSN answers something that it was asked, perhaps long ago, in one way or another."""
        asked = [entry for entry in self.said if entry[0] in GGSNS]
        kinds = (
            CreatePdpContextRequest,
            UpdatePdpContextRequest,
            DeletePdpContextRequest,
            PduNotificationRejectRequest,
        )
        asked = [entry for entry in asked if isinstance(entry[1], kinds)]
        if not asked:
            return
        link, request = self.rng.choice(asked[-6:])
        accepted, number = GtpCause.REQUEST_ACCEPTED, request.sequence_number
        cause = accepted if self.rng.random() < 0.8 else GtpCause.SYSTEM_FAILURE
        match request:
            case CreatePdpContextRequest() if cause is accepted:
                lacks = {"charging_id": None} if self.rng.random() < 0.1 else {}
                self.creates(request, link, **lacks)
            case CreatePdpContextRequest():
                self.refuses(cause, link)
            case UpdatePdpContextRequest():
                self.gn(UpdatePdpContextResponse(teid=Teid(1), sequence_number=number, cause=cause), link)
            case DeletePdpContextRequest():
                self.gn(DeletePdpContextResponse(teid=Teid(1), sequence_number=number, cause=cause), link)
            case _:
                self.gn(PduNotificationRejectResponse(teid=Teid(1), sequence_number=number, cause=cause), link)

    def ggsn_acts(self) -> None:
        """A GGSN wants something of a context that there is, or was."""
        nsapi = self.rng.choice((5, 6, 7))
        pdp = self.context.pdp.get(nsapi)
        if pdp is None or pdp.teid_control is None:
            self.notifies(self.rng.getrandbits(16))
        elif self.rng.random() < 0.5:
            self.wants(nsapi, self.rng.getrandbits(16))
        else:
            indicator = TeardownInd(teardown=True) if self.rng.random() < 0.7 else None
            number = self.rng.getrandbits(16)
            request = DeletePdpContextRequest(
                teid=pdp.teid_control, sequence_number=number, teardown_ind=indicator, nsapi=Nsapi(value=nsapi)
            )
            self.gn(request, "ggsn1")

    def mobile_acts(self) -> None:
        """The mobile wants something."""
        nsapi, ti = self.rng.choice(((5, 0), (6, 1), (7, 2), (5, 1), (6, 2)))
        acts: list[Callable[[], object]] = [
            lambda: self.asks(nsapi=nsapi, ti=ti, sapi=self.rng.choice((LlcSapiValue.SAPI_3, LlcSapiValue.SAPI_5))),
            lambda: self.asks_beside(nsapi=nsapi, ti=ti, linked=self.rng.choice((0, 1)), tft=template(nsapi)),
            lambda: self.leaves(ti, teardown=self.rng.random() < 0.5),
            lambda: self.modifies(ti, requested_new_qos=self.rng.choice((OPEN_QOS, SUBSCRIBED_QOS))),
            lambda: self.agrees(ti),
            lambda: self.confirms(ti),
            lambda: self.declines(TransactionIdentifier(0)),
            lambda: self.mobiles[0].says(
                SmStatus(
                    transaction_identifier=TransactionIdentifier(ti),
                    sm_cause=SmCause.INVALID_TRANSACTION_IDENTIFIER_VALUE,
                )
            ),
        ]
        weights = [4, 2, 2, 2, 2, 2, 1, 0.2]
        self.rng.choices(acts, weights)[0]()

    def operator_acts(self) -> None:
        """The operator wants something."""
        nsapi = self.rng.choice((5, 6, 7))
        if self.rng.random() < 0.5:
            self.orders("modify", imsi=IMSI, nsapi=nsapi, qos={"delay_class": 4})
        else:
            self.orders("deactivate", imsi=IMSI, nsapi=nsapi)

    def acts(self) -> None:
        """Somebody acts, or time passes."""
        acts = [self.ggsn_answers, self.ggsn_acts, self.mobile_acts, self.operator_acts, self.time_passes]
        self.rng.choices(acts, [8, 2, 6, 1, 1])[0]()

    def time_passes(self) -> None:
        """Shorter or longer than the timers."""
        self.waits(self.rng.choice((1, 3, 9, 30)))


@pytest.mark.parametrize("seed", range(40))
def test_nothing_is_left(seed: int) -> None:
    """23.060 9.2: after all that, and the mobile's detach, nothing is left; on the way the indices agree."""
    lab = Disorder(seed)
    for _ in range(60):
        lab.acts()
        pdps = list(lab.context.pdp.values())
        gn = lab.sgsn.gn
        assert list(gn.tunnels.values()) == [pdp for pdp in gn.tunnels.values() if pdp in pdps]
        assert set(gn.controls) == {pdp.teid_control for pdp in pdps if pdp.teid_control is not None}
        assert all(lab.context.pdp[pdp.nsapi] is pdp for pdp in pdps)
        assert len({pdp.ti for pdp in pdps}) == len(pdps)
    lab.mobiles[0].says(DetachRequestMo(detach_type=MoDetach(power_off=True, type=DetachTypeMo.GPRS_DETACH)))
    lab.waits(30)
    assert lab.context.pdp == {}
    assert lab.context.pdp_requests == {}
    assert lab.is_clean
    assert not lab.sgsn.gn.by_ggsn
    assert not lab.sgsn.user_plane.by_tunnel
