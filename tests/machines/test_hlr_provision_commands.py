"""Operators enter, change and remove subscribers; the nodes that serve them hear what has changed (29.002 19.4)."""

import re
from dataclasses import replace
from typing import Any

import pytest

from nodes.core.outputs import Save
from nodes.hlr import PdpSubscription, Subscriber, provisioning
from nodes.hlr.subscription import CONTEXTS_AT_ONCE
from protocol import tcap
from protocol.identities import Apn, Imsi, IsdnAddress
from protocol.map.errors import (
    RoamingNotAllowedCause,
    RoamingNotAllowedParam,
    UnidentifiedSubParam,
    UnknownSubscriberParam,
)
from protocol.map.location import CancellationType, CancelLocationArg, CancelLocationRes
from protocol.map.subscriber import (
    DeleteSubscriberDataArg,
    DeleteSubscriberDataRes,
    InsertSubscriberDataArg,
    InsertSubscriberDataRes,
    NetworkAccessMode,
    OdbGeneralData,
    SubscriberStatus,
)
from protocol.sm.pdp_address import PdpTypeNumber
from protocol.timers import MAP_M, X_SUBSCRIBER_DATA
from tests.machines.conftest import SUBSCRIBER
from tests.machines.hlr_lab import IMSI, HlrLab

OTHER = Imsi("262010000000001")
MMS = PdpSubscription(context_id=2, apn=Apn("mms"), qos=b"\x23\x12\x1f")
TWO = replace(SUBSCRIBER, contexts=(*SUBSCRIBER.contexts, MMS))


def served(*names: str, subscriber: Subscriber = TWO, **changes: Any) -> HlrLab:
    """A subscriber with two PDP contexts who is served."""
    lab = HlrLab(subscriber, **changes)
    for name in names:
        lab.attach(name)
    lab.outputs.clear()
    return lab


def told(lab: HlrLab, name: str, kind: type = InsertSubscriberDataArg) -> Any:
    """What a node is told next; it takes it."""
    message, argument = lab.peers[name].asked(kind)
    result = InsertSubscriberDataRes() if kind is InsertSubscriberDataArg else DeleteSubscriberDataRes()
    lab.peers[name].result(message, result)
    return argument


def silence(lab: HlrLab) -> bool:
    """Nobody has heard anything more, and nothing goes on."""
    idle = not (lab.node.telling_data or lab.node.cancellations or lab.node.tcap.dialogues)
    return idle and not any(peer.inbox for peer in lab.peers.values())


# --- provision ----------------------------------------------------------------------------------------------------


def test_provision() -> None:
    """A subscriber who is entered is served from then on, and is there in the next life."""
    lab = HlrLab(nobody=True)
    record = SUBSCRIBER.to_octets()
    assert lab.obey("provision", records={IMSI: record.hex()}) == {"done": 1, "refused": {}}
    assert Save(f"subscriber/{IMSI}", record) in lab.outputs
    lab.attach("sgsn1")
    assert lab.reborn().look()["sgsn_number"] == "491720000005"


def test_provision_the_same() -> None:
    """What is as it was is not saved again, and nobody hears of it."""
    lab = served("sgsn1", "vlr1")
    assert lab.obey("provision", records={IMSI: TWO.to_octets().hex()})["done"] == 1
    assert not any(isinstance(output, Save) for output in lab.outputs)
    assert silence(lab)


def test_remove() -> None:
    """Who is removed is known no more; nor in the next life, where the configuration file still has him."""
    lab = HlrLab(TWO, replace(TWO, imsi=OTHER))
    assert lab.obey("provision", records={IMSI: None, OTHER: None})["done"] == 2
    assert lab.obey("inspect")["subscribers"] == 0
    assert lab.reborn(TWO).obey("inspect")["subscribers"] == 0
    assert lab.obey("provision", records={IMSI: TWO.to_octets().hex()})["done"] == 1
    assert lab.reborn(TWO).look()["apns"] == ["internet", "mms"]


def test_remove_one_who_was_entered() -> None:
    """Of a subscriber whom the configuration file does not know nothing is left at all."""
    lab = HlrLab(nobody=True)
    lab.obey("provision", records={IMSI: SUBSCRIBER.to_octets().hex()})
    lab.obey("set", imsi=IMSI, barred=True)
    lab.obey("set", imsi=IMSI, barred=False)
    lab.attach("sgsn1")
    lab.obey("provision", records={IMSI: None})
    message, _ = lab.peers["sgsn1"].asked(CancelLocationArg)
    lab.peers["sgsn1"].result(message, CancelLocationRes())
    assert [record.key for record in lab.records()] == ["restarts"]


@pytest.mark.parametrize(
    ("imsi", "record", "why"),
    [
        ("26201", SUBSCRIBER.to_octets().hex(), "6 to 15 decimal digits"),
        (OTHER, "zz", "non-hexadecimal"),
        (OTHER, 7, "hexadecimal digits"),
        (OTHER, "00" * 5001, "at most"),
        (OTHER, "", "no record"),
        (OTHER, "02", "version 2"),
        (OTHER, SUBSCRIBER.to_octets().hex()[:-2], "breaks off|label|access point"),
        (OTHER, replace(SUBSCRIBER, opc=b"").to_octets().hex(), "needs OPc"),
        (OTHER, None, "no such subscriber"),
    ],
)
def test_row_that_is_refused(imsi: str, record: Any, why: str) -> None:
    """DESIGN 7: each bad row is named with its reason; the good ones beside it are done."""
    lab = HlrLab()
    answer = lab.obey("provision", records={imsi: record, IMSI: TWO.to_octets().hex()})
    assert answer["done"] == 1
    assert list(answer["refused"]) == [imsi]
    assert re.search(why, answer["refused"][imsi])
    assert lab.look()["apns"] == ["internet", "mms"]


def test_algorithm_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A card whose algorithm is not there cannot be served: it is refused."""

    def missing(algorithms: Any) -> None:
        raise ModuleNotFoundError

    monkeypatch.setattr(provisioning, "check_algorithms", missing)
    lab = HlrLab(nobody=True)
    answer = lab.obey("provision", records={IMSI: SUBSCRIBER.to_octets().hex()})
    assert "not installed" in answer["refused"][IMSI]


@pytest.mark.parametrize("records", [None, [], {str(number): None for number in range(501)}])
def test_provision_that_cannot_be(records: Any) -> None:
    """Something else than a mapping of bounded size."""
    assert "at most 500" in HlrLab().fails("provision", records=records)


def test_too_much_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where too many nodes wait to be told, changes that they must hear are refused for now, others not."""
    monkeypatch.setattr(provisioning, "MOST_TELLING", 1)
    lab = HlrLab(TWO, replace(TWO, imsi=OTHER))
    lab.attach("sgsn1")
    lab.obey("set", imsi=IMSI, msisdn="491720000099")
    assert "try again later" in lab.fails("set", imsi=IMSI, msisdn="491720000098")
    lab.obey("set", imsi=OTHER, msisdn="491720000098")


# --- show and set -------------------------------------------------------------------------------------------------


def test_subscriber() -> None:
    """All that is provisioned is shown but the keys, and where the subscriber is."""
    lab = served("sgsn1")
    shown = lab.obey("subscriber", imsi=IMSI)
    assert shown["contexts"]["2"] == {
        "apn": "mms",
        "type": "ipv4",
        "address": None,
        "qos": "23121f",
        "ext_qos": "",
        "vplmn_address_allowed": False,
    }
    assert shown["sgsn_number"] == "491720000005"
    assert SUBSCRIBER.key.hex() not in str(shown)
    assert not {"key", "opc"} & shown.keys()


@pytest.mark.parametrize("verb", ["subscriber", "set", "delete"])
@pytest.mark.parametrize("imsi", ["262010000000000", None, {"a": 1}, "x" * 100])
def test_subscriber_who_is_not_known(verb: str, imsi: Any) -> None:
    """A command about nobody is refused in one line."""
    assert "knows no IMSI" in HlrLab().fails(verb, imsi=imsi)


def test_set() -> None:
    """Fields change one by one, and are there in the next life."""
    lab = HlrLab()
    lab.obey("set", imsi=IMSI, msisdn="491720000099", gprs=False, amf="c000", key="11" * 16, opc="22" * 16)
    lab.obey("set", imsi=IMSI, algorithm="gsm-milenage", packet_services_barred=True)
    shown = lab.reborn().obey("subscriber", imsi=IMSI)
    wanted = {
        "msisdn": "491720000099",
        "gprs": False,
        "amf": "c000",
        "algorithm": "gsm-milenage",
        "packet_services_barred": True,
    }
    assert wanted.items() <= shown.items()


def test_set_contexts() -> None:
    """PDP contexts are changed, added and withdrawn by their numbers, IPv6, static and wild card among them."""
    lab = HlrLab()
    contexts = {
        "1": {"qos": "23421f", "ext_qos": "02", "vplmn_address_allowed": True},
        "7": {"apn": "*"},
        3: {"apn": "six", "address": "2001:db8::1"},
        "4": {"apn": "six", "type": "ipv6"},
        "5": {"apn": "four", "address": "10.1.0.1"},
    }
    lab.obey("set", imsi=IMSI, contexts=contexts)
    lab.obey("set", imsi=IMSI, contexts={"4": None, "5": {"address": None}, "9": None})
    by_id = {context.context_id: context for context in lab.node.register.find(IMSI).subscriber.contexts}
    assert list(by_id) == [1, 3, 5, 7]
    assert (by_id[1].qos, by_id[1].ext_qos, by_id[1].vplmn_address_allowed) == (b"\x23\x42\x1f", b"\x02", True)
    assert (by_id[3].pdp_type, by_id[3].address) == (PdpTypeNumber.IPV6, bytes.fromhex("20010db8" + "00" * 11 + "01"))
    assert by_id[5].address is None
    assert by_id[7].apn == "*"


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"colour": "red"}, "'colour' is none of"),
        ({"gprs": 1}, "gprs is true or false"),
        ({"msisdn": "12"}, "decimal digits"),
        ({"msisdn": None}, "decimal digits"),
        ({"key": "00"}, "K and OPc have 16 octets"),
        ({"amf": "xyz"}, "hexadecimal"),
        ({"algorithm": "rot13"}, "rot13"),
        ({"contexts": [1]}, "mapping of numbers"),
        ({"contexts": {"one": {}}}, "invalid literal"),
        ({"contexts": {"1": 5}}, "a mapping, or null"),
        ({"contexts": {"1": {"colour": 1}}}, "none of its fields"),
        ({"contexts": {"1": {"type": "ppp"}}}, "none of its fields, or has a wrong value"),
        ({"contexts": {"1": {"type": ["ipv4"]}}}, "none of its fields, or has a wrong value"),
        ({"contexts": {"1": {"address": "10.1"}}}, "10.1"),
        ({"contexts": {"1": {"vplmn_address_allowed": 2}}}, "true or false"),
        ({"contexts": {"9": {}}}, "needs an apn"),
        ({"contexts": {"99": {"apn": "x"}}}, "1 to 50"),
        ({"contexts": {"9": {"apn": ""}}}, "labels"),
        ({"contexts": {"9": {"apn": "x", "qos": "00"}}}, "quality of service"),
        ({"contexts": {"9": {"apn": "x", "type": "ipv6", "address": "10.1.0.1"}}}, "16 octets"),
    ],
)
def test_set_that_cannot_be(fields: dict[str, Any], why: str) -> None:
    """DESIGN 7: a command is hostile too; nothing of a bad one is done."""
    lab = HlrLab()
    before = lab.obey("subscriber", imsi=IMSI)
    assert why in lab.fails("set", imsi=IMSI, barred=True, **fields)
    assert lab.obey("subscriber", imsi=IMSI) == before


# --- profiles -----------------------------------------------------------------------------------------------------


def test_profiles_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """All records are told in the order of the IMSIs, in pages that are bounded, whoever comes and goes meanwhile."""
    lab = HlrLab()
    record = SUBSCRIBER.to_octets().hex()
    others = {f"26201000000000{number}": record for number in (3, 1, 2)}
    lab.obey("provision", records=others)
    everybody = dict(sorted({**others, str(IMSI): record}.items()))
    assert lab.obey("profiles") == {"records": everybody, "next": None}
    page = lab.obey("profiles", first="262010000000001", most=1)
    assert page == {"records": {"262010000000001": record}, "next": "262010000000002"}
    lab.obey("provision", records={"262010000000002": None, "262010000000004": record})
    page = lab.obey("profiles", first=page["next"], most=1)
    assert page == {"records": {"262010000000003": record}, "next": "262010000000004"}
    assert lab.obey("profiles", first="9") == {"records": {}, "next": None}
    monkeypatch.setattr(provisioning, "MOST_TOLD", 1)
    assert lab.obey("profiles") == {"records": {"262010000000001": record}, "next": "262010000000003"}


@pytest.mark.parametrize("arguments", [{"first": 1}, {"most": 0}, {"most": 501}, {"most": "1"}, {"most": True}])
def test_profiles_that_cannot_be(arguments: dict[str, Any]) -> None:
    """DESIGN 7: a command is hostile too."""
    assert HlrLab().fails("profiles", **arguments) == "first is text, and most a number from 1 to 500"


# --- told to the SGSN (23.060 6.11) -------------------------------------------------------------------------------


def test_quality_of_service_changed() -> None:
    """23.060 6.11.1.1: the changed PDP context alone is inserted, in a dialogue of its own."""
    lab = served("sgsn1", "vlr1")
    lab.obey("set", imsi=IMSI, contexts={"2": {"qos": "0b921f"}})
    data = told(lab, "sgsn1")
    assert data.imsi == IMSI
    assert not data.gprs_subscription_data.complete_data_list_included
    (context,) = data.gprs_subscription_data.gprs_data_list
    assert (context.pdp_context_id, context.qos_subscribed.to_octets()) == (2, b"\x0b\x92\x1f")
    assert (data.msisdn, data.subscriber_status, data.network_access_mode) == (None, None, None)
    assert silence(lab)


@pytest.mark.ttcn3("vty_msisdn_isd")
def test_number_changed() -> None:
    """A new MSISDN concerns the SGSN and the VLR."""
    lab = served("sgsn1", "vlr1")
    lab.obey("set", imsi=IMSI, msisdn="491720000099")
    for name in ("sgsn1", "vlr1"):
        data = told(lab, name)
        assert data.msisdn == IsdnAddress("491720000099")
        assert data.gprs_subscription_data is None
    assert silence(lab)


def test_contexts_added_in_parts() -> None:
    """29.002 8.8.1: more PDP contexts than a message carries are inserted part by part, in one dialogue."""
    lab = served("sgsn1")
    contexts = {str(number): {"apn": f"{'x' * 30}.{'y' * 30}"} for number in range(10, 10 + CONTEXTS_AT_ONCE + 1)}
    lab.obey("set", imsi=IMSI, contexts=contexts)
    first, one = lab.peers["sgsn1"].asked(InsertSubscriberDataArg)
    lab.peers["sgsn1"].result(first, InsertSubscriberDataRes(), own=b"\0\0\0\x09")
    message, two = lab.peers["sgsn1"].asked(InsertSubscriberDataArg)
    assert isinstance(message, tcap.Continue)
    assert message.dtid == b"\0\0\0\x09"
    lab.peers["sgsn1"].result(message, InsertSubscriberDataRes(), own=b"\0\0\0\x09")
    numbers = [len(data.gprs_subscription_data.gprs_data_list) for data in (one, two)]
    assert numbers == [CONTEXTS_AT_ONCE, 1]
    lab.peers["sgsn1"].heard(tcap.End)
    assert silence(lab)


@pytest.mark.parametrize("verb", ["set", "delete"])
def test_context_withdrawn(verb: str) -> None:
    """23.060 6.11.1.2: a PDP context that is withdrawn is deleted in the SGSN."""
    lab = served("sgsn1", "vlr1")
    arguments: Any = {"contexts": {"2": None}} if verb == "set" else {"contexts": [2]}
    lab.obey(verb, imsi=IMSI, **arguments)
    data = told(lab, "sgsn1", DeleteSubscriberDataArg)
    assert data.imsi == IMSI
    assert data.gprs_subscription_data_withdraw.context_id_list == (2,)
    assert silence(lab)
    assert lab.look()["apns"] == ["internet"]


def test_all_contexts_withdrawn() -> None:
    """29.002 8.8.2: all GPRS data are withdrawn at once; the subscriber stays attached."""
    lab = served("sgsn1")
    lab.obey("delete", imsi=IMSI)
    assert told(lab, "sgsn1", DeleteSubscriberDataArg).gprs_subscription_data_withdraw.all_gprs_data
    assert silence(lab)
    assert lab.look()["sgsn_number"] == "491720000005"


@pytest.mark.parametrize("contexts", [[3], "1", [True], [[1]]])
def test_delete_that_cannot_be(contexts: Any) -> None:
    """PDP contexts that there are not."""
    assert "contexts are a list of 1, 2" in served().fails("delete", imsi=IMSI, contexts=contexts)


def test_context_withdrawn_and_another_added() -> None:
    """What goes is deleted first, what comes is inserted then, in another dialogue."""
    lab = served("sgsn1")
    lab.obey("set", imsi=IMSI, contexts={"2": None, "3": {"apn": "new"}})
    told(lab, "sgsn1", DeleteSubscriberDataArg)
    (context,) = told(lab, "sgsn1").gprs_subscription_data.gprs_data_list
    assert context.apn == "new"
    assert silence(lab)


@pytest.mark.parametrize(
    ("field", "bit"),
    [
        ("packet_services_barred", OdbGeneralData.ALL_PACKET_ORIENTED_SERVICES_BARRED),
        ("hplmn_ap_barred", OdbGeneralData.ROAMER_ACCESS_TO_HPLMN_AP_BARRED),
        ("vplmn_ap_barred", OdbGeneralData.ROAMER_ACCESS_TO_VPLMN_AP_BARRED),
    ],
)
def test_packet_services_barred(field: str, bit: int) -> None:
    """23.015 2.5.1: operator determined barring reaches the SGSN, now and at each update; so does its end."""
    lab = served("sgsn1", "vlr1")
    lab.obey("set", imsi=IMSI, **{field: True})
    data = told(lab, "sgsn1")
    assert data.subscriber_status is SubscriberStatus.OPERATOR_DETERMINED_BARRING
    assert data.odb_data.odb_general_data == OdbGeneralData.of(bit)
    assert lab.attach("sgsn2").odb_data == data.odb_data
    lab.peers["sgsn1"].inbox.clear()
    lab.obey("set", imsi=IMSI, **{field: False})
    data = told(lab, "sgsn2")
    assert (data.subscriber_status, data.odb_data) == (SubscriberStatus.SERVICE_GRANTED, None)


def test_barring_that_the_sgsn_does_not_support() -> None:
    """23.015 2.5.1: an SGSN that does not support the barring says so; O&M hears it."""
    lab = served("sgsn1")
    lab.obey("set", imsi=IMSI, packet_services_barred=True)
    message, data = lab.peers["sgsn1"].asked(InsertSubscriberDataArg)
    result = InsertSubscriberDataRes(odb_general_data=data.odb_data.odb_general_data)
    lab.peers["sgsn1"].result(message, result)
    assert "does not support all barring" in lab.warnings[-1]
    assert silence(lab)


# --- withdrawal (23.060 6.6.2.2) ----------------------------------------------------------------------------------


def withdrawn(lab: HlrLab, *names: str) -> None:
    """These nodes, and no others, are told to forget the subscriber."""
    for name in names:
        message, argument = lab.peers[name].asked(CancelLocationArg)
        assert argument.cancellation_type is CancellationType.SUBSCRIPTION_WITHDRAW
        lab.peers[name].result(message, CancelLocationRes())
    assert silence(lab)


def test_subscriber_removed() -> None:
    """The subscription ends: SGSN and VLR forget the subscriber, and are told so again if need be."""
    lab = served("sgsn1", "vlr1")
    lab.obey("provision", records={IMSI: None})
    lab.wait(MAP_M.duration)
    lab.peers["vlr1"].inbox.clear()
    lab.wait(MAP_M.duration)
    message, _ = lab.peers["sgsn1"].asked(CancelLocationArg)
    withdrawn(lab, "sgsn1", "vlr1")
    assert message is not None
    assert isinstance(lab.peers["sgsn1"].answered(lab.update("sgsn1")).parameter, UnknownSubscriberParam)


@pytest.mark.parametrize(("field", "domain", "left"), [("gprs", "sgsn1", "vlr1"), ("circuit", "vlr1", "sgsn1")])
def test_domain_withdrawn(field: str, domain: str, left: str) -> None:
    """A domain is withdrawn: its node is cancelled, the other hears which domains are left."""
    lab = served("sgsn1", "vlr1")
    lab.obey("set", imsi=IMSI, **{field: False})
    mode = NetworkAccessMode.ONLY_CIRCUIT if field == "gprs" else NetworkAccessMode.ONLY_PACKET
    assert told(lab, left).network_access_mode is mode
    withdrawn(lab, domain)
    look = lab.look()
    assert (look["sgsn_number"] is None, look["vlr_number"] is None) == (field == "gprs", field == "circuit")


def test_barred_where_it_is() -> None:
    """23.015 2.3.1: barring of roaming takes effect at once, by cancellation."""
    lab = served("sgsn1", "vlr1")
    lab.obey("set", imsi=IMSI, barred=True)
    withdrawn(lab, "sgsn1", "vlr1")
    parameter = lab.peers["sgsn1"].answered(lab.update("sgsn1")).parameter
    assert parameter == RoamingNotAllowedParam(
        roaming_not_allowed_cause=RoamingNotAllowedCause.OPERATOR_DETERMINED_BARRING
    )


def test_roaming_withdrawn() -> None:
    """Who may not roam any more is cancelled abroad, and nowhere else."""
    lab = served("sgsn1", "vlr2", home=("491720000005",))
    lab.obey("set", imsi=IMSI, roaming_allowed=False)
    withdrawn(lab, "vlr2")
    assert lab.look()["sgsn_number"] == "491720000005"


# --- abnormal cases (29.002 8.8.1.4, 19.4) ------------------------------------------------------------------------


def test_data_lost_are_sent_again() -> None:
    """Changed data that are not answered come again until they are, whole."""
    lab = served("sgsn1")
    lab.obey("set", imsi=IMSI, contexts={"2": None, "3": {"apn": "new"}})
    lab.wait(X_SUBSCRIBER_DATA.duration)
    lab.peers["sgsn1"].asked(DeleteSubscriberDataArg)
    told(lab, "sgsn1", DeleteSubscriberDataArg)
    lab.wait(X_SUBSCRIBER_DATA.duration)
    lab.peers["sgsn1"].asked(InsertSubscriberDataArg)
    told(lab, "sgsn1")
    assert silence(lab)
    assert lab.node.next_timer() is None


def test_data_never_answered() -> None:
    """A node that never answers is told a bounded number of times; O&M hears so."""
    lab = served("sgsn1")
    lab.obey("set", imsi=IMSI, msisdn="491720000099")
    lab.wait(X_SUBSCRIBER_DATA.expiries * X_SUBSCRIBER_DATA.duration)
    assert len(lab.peers["sgsn1"].inbox) == X_SUBSCRIBER_DATA.expiries
    assert "not in 491720000005 (10.0.0.1): no answer" in lab.warnings[-1]
    assert lab.node.next_timer() is None


@pytest.mark.parametrize("kind", [InsertSubscriberDataArg, DeleteSubscriberDataArg])
def test_node_that_does_not_know_the_subscriber(kind: type) -> None:
    """29.002 8.8.1.4, 8.8.2.4: unidentifiedSubscriber: the node will ask when it hears of the mobile."""
    lab = served("sgsn1")
    contexts: Any = {"2": None} if kind is DeleteSubscriberDataArg else {"2": {"apn": "x"}}
    lab.obey("set", imsi=IMSI, contexts=contexts)
    message, _ = lab.peers["sgsn1"].asked(kind)
    lab.peers["sgsn1"].refuse(message, UnidentifiedSubParam())
    assert "unidentifiedSubscriber" in lab.warnings[-1]
    assert silence(lab)


def test_change_after_change() -> None:
    """A change that meets one on its way replaces it, and tells all: no older data can come later."""
    lab = served("sgsn1")
    lab.obey("set", imsi=IMSI, contexts={"2": {"qos": "0b921f"}})
    lab.obey("set", imsi=IMSI, contexts={"1": {"qos": "0b921f"}})
    lab.peers["sgsn1"].asked(InsertSubscriberDataArg)
    data = told(lab, "sgsn1")
    assert data.gprs_subscription_data.complete_data_list_included
    qos = {context.qos_subscribed.to_octets() for context in data.gprs_subscription_data.gprs_data_list}
    assert qos == {b"\x0b\x92\x1f"}
    assert data.msisdn == TWO.msisdn
    lab.wait(X_SUBSCRIBER_DATA.duration)
    assert silence(lab)


def test_withdrawal_after_change() -> None:
    """All contexts go while a change is on its way: the deletion comes before the rest."""
    lab = served("sgsn1")
    lab.obey("set", imsi=IMSI, msisdn="491720000099")
    lab.obey("delete", imsi=IMSI)
    lab.peers["sgsn1"].asked(InsertSubscriberDataArg)
    assert told(lab, "sgsn1", DeleteSubscriberDataArg).gprs_subscription_data_withdraw.all_gprs_data
    assert told(lab, "sgsn1").msisdn == IsdnAddress("491720000099")
    assert silence(lab)


def test_move_after_change() -> None:
    """The mobile moves while a change is on its way: it is told by the update, and not any more to the old SGSN."""
    lab = served("sgsn1")
    lab.obey("set", imsi=IMSI, msisdn="491720000099")
    assert lab.attach("sgsn2").msisdn == IsdnAddress("491720000099")
    lab.peers["sgsn1"].asked(InsertSubscriberDataArg)
    message, _ = lab.peers["sgsn1"].asked(CancelLocationArg)
    lab.peers["sgsn1"].result(message, CancelLocationRes())
    lab.wait(X_SUBSCRIBER_DATA.duration)
    assert silence(lab)


@pytest.mark.parametrize("name", ["sgsn1", "vlr1"])
def test_change_during_an_update(name: str) -> None:
    """What changes while the data are inserted follows the update."""
    lab = HlrLab(TWO)
    otid = lab.update(name)
    lab.obey("set", imsi=IMSI, msisdn="491720000099")
    assert lab.insert(lab.peers[name], otid)[1].msisdn == TWO.msisdn
    lab.peers[name].answered(otid)
    assert told(lab, name).msisdn == IsdnAddress("491720000099")
    assert silence(lab)


@pytest.mark.parametrize("change", [{"gprs": False}, None])
def test_withdrawal_during_an_update(change: Any) -> None:
    """Who is withdrawn while the data are inserted is not served: the update is aborted, and the SGSN cancelled."""
    lab = HlrLab(TWO)
    otid = lab.update("sgsn1")
    lab.peers["sgsn1"].asked(InsertSubscriberDataArg)
    if change is None:
        lab.obey("provision", records={IMSI: None})
    else:
        lab.obey("set", imsi=IMSI, **change)
    assert lab.peers["sgsn1"].heard(tcap.Abort).dtid == otid
    withdrawn(lab, "sgsn1")
    assert not lab.node.updating


def test_purged_node_is_not_told() -> None:
    """29.002 19.1.4: an SGSN that has purged the mobile has no data to change."""
    lab = served("sgsn1")
    lab.node.register.purge(lab.node.register.find(IMSI))
    lab.obey("set", imsi=IMSI, msisdn="491720000099")
    assert silence(lab)
