"""Session management messages that the SGSN cannot take, or that come again (24.008 8, 6.1.3.1.5)."""

import pytest

from protocol.causes import SmCause
from protocol.gmm import DetachRequestMo, DetachRequestMt
from protocol.gmm.elements import DetachTypeMo, MoDetach
from protocol.gtp import CreatePdpContextRequest, DeletePdpContextRequest
from protocol.sm import (
    ActivatePdpContextReject,
    ActivatePdpContextRequest,
    ActivateSecondaryPdpContextReject,
    ModifyPdpContextAcceptMo,
    ModifyPdpContextReject,
    SmStatus,
    TransactionIdentifier,
)
from protocol.sm.elements import LlcSapi, LlcSapiValue, Nsapi
from protocol.sm.pdp_address import PdpAddress
from tests.machines.sgsn_sessions import OPEN_QOS, SessionLab, template


@pytest.fixture
def lab() -> SessionLab:
    """An SGSN with a mobile that has one active context."""
    lab = SessionLab()
    lab.provided()
    lab.active()
    return lab


def says(lab: SessionLab, octets: str) -> None:
    """The mobile says these octets."""
    lab.mobiles[0].heard.clear()
    lab.mobiles[0].says(bytes.fromhex(octets))


@pytest.mark.parametrize(
    ("octets", "cause"),
    [
        ("0a7f", SmCause.MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED),
        ("0a46", SmCause.INVALID_MANDATORY_INFORMATION),
        ("5a4624", SmCause.INVALID_TRANSACTION_IDENTIFIER_VALUE),
        ("5a49", SmCause.INVALID_TRANSACTION_IDENTIFIER_VALUE),
        ("5a4a", SmCause.INVALID_TRANSACTION_IDENTIFIER_VALUE),
        ("da451a", SmCause.INVALID_TRANSACTION_IDENTIFIER_VALUE),
        ("0a49", SmCause.MESSAGE_TYPE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE),
        ("0a47", SmCause.MESSAGE_TYPE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE),
    ],
)
def test_status(lab: SessionLab, octets: str, cause: SmCause) -> None:
    """24.008 8.3.2, 8.4, 8.5.1: what has no reject gets a STATUS in the same transaction."""
    says(lab, octets)
    status = lab.heard(SmStatus)
    assert status.sm_cause is cause
    assert status.transaction_identifier.value == int(octets[0], 16) & 7
    assert status.transaction_identifier.flag is (int(octets[0], 16) < 8)
    assert lab.pdp().state.value == "PDP-ACTIVE"


@pytest.mark.parametrize(
    "octets",
    [
        "0a",
        "fa",
        "7a0046",
        "7a8346",
        "0a5581",
        "5a5581",
        "5a47",
        "0a55",
    ],
)
def test_silence(lab: SessionLab, octets: str) -> None:
    """24.008 8.2, 8.3, 8.4: too short, a transaction that none can have, a STATUS: not answered."""
    lab.leaves()  # so that a status about its transaction changes nothing that is looked at
    lab.said.clear()
    says(lab, octets)
    assert lab.names("ms") == []


def test_rejects(lab: SessionLab) -> None:
    """24.008 8.5.1: a request that cannot be read gets its reject."""
    says(lab, "1a4105")
    assert lab.heard(ActivatePdpContextReject).sm_cause is SmCause.INVALID_MANDATORY_INFORMATION
    says(lab, "1a4d06")
    assert lab.heard(ActivateSecondaryPdpContextReject).sm_cause is SmCause.INVALID_MANDATORY_INFORMATION
    says(lab, "0a4a0901")
    assert lab.heard(ModifyPdpContextReject).sm_cause is SmCause.INVALID_MANDATORY_INFORMATION
    assert list(lab.context.pdp) == [5]


def test_request_in_transaction_of_network(lab: SessionLab) -> None:
    """24.008 8.3.2: who asks for a context begins the transaction: else the request is ignored."""
    lab.mobiles[0].says(
        ActivatePdpContextRequest(
            transaction_identifier=TransactionIdentifier(1, flag=True),
            requested_nsapi=Nsapi(value=6),
            requested_llc_sapi=LlcSapi(value=LlcSapiValue.SAPI_3),
            requested_qos=OPEN_QOS,
            requested_pdp_address=PdpAddress.dynamic(),
        )
    )
    assert lab.names() == []


@pytest.mark.parametrize(("nsapi", "ti"), [(5, 0), (5, 3), (8, 0)])
def test_activation_again(lab: SessionLab, nsapi: int, ti: int) -> None:
    """24.008 6.1.3.1.5 b, 8.3.2: the older context of that NSAPI or transaction goes without a word to the mobile."""
    old = lab.pdp().ggsn_teid_control
    lab.asks(nsapi=nsapi, ti=ti)
    assert lab.last(DeletePdpContextRequest).teid == old
    assert lab.names() == ["DeletePdpContextRequest", "CreatePdpContextRequest"]
    assert list(lab.context.pdp) == [nsapi]


def test_activation_again_takes_two(lab: SessionLab) -> None:
    """One has the NSAPI, another the transaction: both go."""
    lab.active(nsapi=6, ti=1)
    lab.asks(nsapi=6, ti=0)
    assert lab.names() == ["DeletePdpContextRequest", "DeletePdpContextRequest", "CreatePdpContextRequest"]


def test_activation_repeated(lab: SessionLab) -> None:
    """T3380 expired before the GGSN answered: the same request adds nothing, another one takes its place."""
    lab.asks(nsapi=6, ti=1)
    lab.asks(nsapi=6, ti=1)
    assert lab.names() == ["CreatePdpContextRequest"]
    lab.asks(nsapi=6, ti=1, apn="mms")
    create = lab.last(CreatePdpContextRequest)
    assert create.access_point_name == "mms"
    lab.creates(create, "ggsn2")
    assert lab.pdp(6).state.value == "PDP-ACTIVE"


def test_accept_out_of_place(lab: SessionLab) -> None:
    """24.008 8.4: an accept of a modification that nobody wants, while the context goes."""
    lab.leaves()
    lab.mobiles[0].says(ModifyPdpContextAcceptMo(transaction_identifier=TransactionIdentifier(0)))
    cause = SmCause.MESSAGE_TYPE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE
    assert lab.heard(SmStatus).sm_cause is cause


def test_secondary_nsapi_reserved(lab: SessionLab) -> None:
    """24.008 10.5.6.2: NSAPIs 0 to 4 are reserved."""
    lab.asks_beside(nsapi=2, tft=template())
    assert lab.heard(ActivateSecondaryPdpContextReject).sm_cause is SmCause.INVALID_MANDATORY_INFORMATION


def test_sessions_of_detached_mobile(lab: SessionLab) -> None:
    """24.008 4.1.3.3, 23.007 11.1: a mobile that has left is told to attach before it asks for a context."""
    lab.mobiles[0].says(DetachRequestMo(detach_type=MoDetach(power_off=True, type=DetachTypeMo.GPRS_DETACH)))
    assert lab.last(DeletePdpContextRequest)
    lab.deletes()
    assert lab.is_clean
    lab.asks()
    assert isinstance(lab.said[-1][1], DetachRequestMt)


def test_sessions_while_network_detaches(lab: SessionLab) -> None:
    """24.008 4.7.4.2: who is being detached gets no context."""
    lab.orders("detach", imsi=lab.imsi)
    lab.said.clear()
    lab.asks(nsapi=6, ti=1)
    assert lab.names() == []
