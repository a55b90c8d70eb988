"""The EIR: checkIMEI by its lists."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from nodes.eir import Eir, EirConfig
from protocol import tcap
from protocol.identities import Gt, Imei, Imeisv
from protocol.map.contexts import EQUIPMENT_MNGT_V2, EQUIPMENT_MNGT_V3, INFO_RETRIEVAL_V3
from protocol.map.equipment import (
    CheckImeiArg,
    CheckImeiArgV2,
    CheckImeiRes,
    CheckImeiResV2,
    EquipmentStatus,
    RequestedEquipmentInfo,
)
from protocol.map.errors import ErrorCode
from protocol.sccp import Address

STATUS = RequestedEquipmentInfo.of(RequestedEquipmentInfo.EQUIPMENT_STATUS)


@pytest.fixture
def eir(around: Callable[..., Any]) -> Any:
    """An EIR with lists that overlap, and an SGSN beside it."""
    number, sgsn = Gt("491720000003"), Gt("491720000005")
    config = EirConfig(
        name="eir1",
        number=number,
        routes={sgsn: ("sgsn1", "gf")},
        lists={"35": "grey", "35123456": "white", "35123456000001": "black", "990": "unknown"},
    )
    world = around(Eir(config, Random(1), []), Address(ssn=9, gt=number))
    world.peer("sgsn1", "gf", Address(ssn=149, gt=sgsn))
    return world


def check(eir: Any, imei: Imei | Imeisv, asked: RequestedEquipmentInfo = STATUS) -> Any:
    """Ask for the status; returns the component that answers."""
    sgsn = eir.peers["sgsn1"]
    argument = CheckImeiArg(imei=imei, requested_equipment_info=asked)
    return sgsn.answered(sgsn.begin(EQUIPMENT_MNGT_V3, argument))


@pytest.mark.ttcn3("gsup_check_imei")
@pytest.mark.parametrize(
    ("imei", "status"),
    [
        (Imei("351234560000010"), EquipmentStatus.BLACK_LISTED),
        (Imeisv("3512345600000177"), EquipmentStatus.BLACK_LISTED),
        (Imei("351234560000020"), EquipmentStatus.WHITE_LISTED),
        (Imei("350000000000000"), EquipmentStatus.GREY_LISTED),
        (Imei("440000000000000"), EquipmentStatus.WHITE_LISTED),
    ],
)
def test_longest_prefix_counts(eir: Any, imei: Imei | Imeisv, status: EquipmentStatus) -> None:
    """TS 22.016: equipment is on the list of its longest prefix; check digit and software version do not matter."""
    assert check(eir, imei).result == CheckImeiRes(equipment_status=status)
    assert not eir.node.tcap.dialogues


def test_version_2(eir: Any) -> None:
    """TS 29.002 19.3.1: the older form is answered in the older form."""
    sgsn = eir.peers["sgsn1"]
    answer = sgsn.answered(sgsn.begin(EQUIPMENT_MNGT_V2, CheckImeiArgV2(imei=Imei("351234560000010"))))
    assert answer.result == CheckImeiResV2(equipment_status=EquipmentStatus.BLACK_LISTED)


def test_unknown_equipment(eir: Any) -> None:
    """TS 29.002 8.7.1: equipment on no list is answered unknownEquipment, in both forms."""
    sgsn = eir.peers["sgsn1"]
    assert check(eir, Imei("990000000000000")).error is ErrorCode.UNKNOWN_EQUIPMENT
    answer = sgsn.answered(sgsn.begin(EQUIPMENT_MNGT_V2, CheckImeiArgV2(imei=Imei("990000000000000"))))
    assert answer.error is ErrorCode.UNKNOWN_EQUIPMENT


def test_status_not_asked(eir: Any) -> None:
    """TS 29.002 8.7.1: who asks for something else is not told the status."""
    asked = RequestedEquipmentInfo.of(RequestedEquipmentInfo.BMUEF)
    assert check(eir, Imei("351234560000010"), asked).result == CheckImeiRes()


@pytest.mark.ttcn3("gsup_check_imei_invalid_len")
def test_mistyped_argument_is_rejected(eir: Any) -> None:
    """Q.774 3.2.2.2: an argument that is no equipment identity is rejected."""
    sgsn = eir.peers["sgsn1"]
    invoke = tcap.invoke(1, CheckImeiArgV2(imei=Imei("351234560000010")))
    invoke = invoke.replace(argument=tcap.Unread(b"\x04\x01\x11", ""))
    dialogue = tcap.Aarq(application_context=EQUIPMENT_MNGT_V3)
    sgsn.say(tcap.Begin(otid=b"abcd", dialogue=dialogue, components=(invoke,)))
    assert sgsn.answered(b"abcd").problem is tcap.InvokeProblem.MISTYPED_PARAMETER


def test_unknown_context_is_refused(eir: Any) -> None:
    """TS 29.002 5.1.1: the EIR serves equipment management alone."""
    sgsn = eir.peers["sgsn1"]
    sgsn.begin(INFO_RETRIEVAL_V3)
    assert sgsn.heard(tcap.Abort).dialogue.result is tcap.AssociateResult.REJECT_PERMANENT


def test_octets_of_no_interface(eir: Any) -> None:
    """What comes where the EIR has no interface is warned about."""
    eir.receive("hlr1", "gr", b"\x00")
    assert "no interface gr" in eir.warnings[0]


def test_inspect(eir: Any) -> None:
    """The node tells its answers by colour, and the colour of one equipment."""
    check(eir, Imei("351234560000010"))
    (reply,) = eir.command("inspect")
    assert reply.body["checked"] == {"white": 0, "grey": 0, "black": 1, "unknown": 0}
    assert reply.body["prefixes"] == 4
    (reply,) = eir.command("inspect", subject="351234560000010")
    assert reply.body == {"imei": "351234560000010", "colour": "black"}
    (reply,) = eir.command("inspect", subject="tin can")
    assert reply.status == "failed"
