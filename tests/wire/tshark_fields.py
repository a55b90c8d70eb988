"""What tshark calls the fields of our messages, and how they are read from ours to be compared."""

from collections.abc import Callable, Iterator
from dataclasses import fields as fields_of
from dataclasses import is_dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from operator import attrgetter
from typing import Any

from protocol.bssgp.elements import Delay
from protocol.bssmap import EncryptionInformation
from protocol.causes import BssgpCause, GmmCause, GsCause, GtpCause, MmCause, NsCause, RrCause, SmCause
from protocol.cc.elements import Cause
from protocol.declare import Declaration
from protocol.gtp import (
    AuthenticationQuintuplet,
    AuthenticationTriplet,
    GsnAddress,
    MmContext,
    RabSetupInformation,
)
from protocol.identities import Apn, CellIdentifier, Imei, Imeisv, Imsi, Lai, Rai, Tlli
from protocol.sccp.address import digits_of
from protocol.sm.elements import LlcSapi, RadioPriority

Reader = Callable[[Any], list[Any]]
"""The values of one field of a message, in their order."""


def found(value: Any, kinds: tuple[type, ...]) -> Iterator[Any]:
    """Every value of some kinds within another, in the order of the declarations."""
    if isinstance(value, kinds):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from found(item, kinds)
    elif isinstance(value, Declaration):
        for field in value.fields:
            yield from found(getattr(value, field.name), kinds)
    elif is_dataclass(value):
        for part in fields_of(value):
            yield from found(getattr(value, part.name), kinds)


def of(*kinds: type, get: str = "") -> Reader:
    """All values of some kinds, or an attribute of each."""
    if not get:
        return lambda message: list(found(message, kinds))
    pick = attrgetter(get)
    return lambda message: [pick(value) for value in found(message, kinds)]


def exactly(kind: type) -> Reader:
    """All values of a kind, those of its subclasses not."""
    return lambda message: [value for value in found(message, (kind,)) if type(value) is kind]


def at(*paths: str) -> Reader:
    """What stands at some paths of attributes, where they are there."""

    def read(message: Any) -> Iterator[Any]:
        for path in paths:
            value = message
            for name in path.split("."):
                value = getattr(value, name, None)
            yield from value if isinstance(value, tuple) else () if value is None else (value,)

    return lambda message: list(read(message))


def octets_at(path: str) -> Reader:
    """The octets of what stands at a path."""
    return lambda message: [value.to_octets() for value in at(path)(message)]


def permits(number: int) -> Reader:
    """Whether A5/n may be used."""
    return lambda message: [number in one.algorithms for one in found(message, (EncryptionInformation,))]


def both(*readers: Reader) -> Reader:
    """What several readers find."""
    return lambda message: [value for reader in readers for value in reader(message)]


def same(ours: Any, cell: str) -> bool:
    """Whether a cell of tshark's table shows a value of ours."""
    if isinstance(ours, GsnAddress):
        ours = ours.address
    if isinstance(ours, IPv4Address | IPv6Address):
        return ours == ip_address(cell)
    if isinstance(ours, bytes):
        return cell.replace(":", "") == ours.hex()
    if isinstance(ours, int):
        return number(cell) == int(ours)
    return cell == str(ours)


def number(cell: str) -> int | None:
    """The number that a cell shows."""
    if cell in ("True", "False"):
        return cell == "True"
    try:
        return int(cell, 16 if cell.startswith("0x") else 10)
    except ValueError:
        return None


def mcc(*kinds: type) -> Reader:
    """Mobile country codes as tshark shows them, whatever their half octets are."""
    found_codes = of(*kinds, get="plmn.mcc")
    return lambda message: [sum(int(code[i], 16) * (100, 10, 1)[i] for i in range(3)) for code in found_codes(message)]


LAC = {"gsm_a.lac": of(Lai, Rai, get="lac")}
IN_LAI = {"e212.lai.mcc": mcc(Lai)}
IN_RAI = {"gsm_a.gm.gmm.rac": of(Rai, get="rac"), "e212.rai.mcc": mcc(Rai)}
AREA = {**LAC, **IN_LAI, **IN_RAI}
IDENTITY = {"e212.imsi": of(Imsi), "gsm_a.imei": of(Imei), "gsm_a.imeisv": of(Imeisv)}
CODE = at("code")


def title_digits(name: str) -> Reader:
    """The digits of a global title, of which those that do not tell their coding are octets for us."""

    def read(message: Any) -> list[str]:
        return [title.digits or digits_of(title.octets) for title in at(f"{name}.title")(message)]

    return read


def n_pdu(message: Any) -> list[int]:
    """The N-PDU number of an SN-PDU."""
    return at("first_segment.n_pdu_number", "n_pdu_number")(message)


FIELDS: dict[str, dict[str, Reader]] = {
    "gmm": {
        "gsm_a.dtap.msg_gmm_type": CODE,
        **LAC,
        **IN_RAI,
        **IDENTITY,
        "gsm_a.gm.gmm.cause": of(GmmCause),
        "gsm_a.gm.gmm.type_of_attach": at("attach_type.type_of_attach"),
        "gsm_a.gm.gmm.res_of_attach": at("attach_result.result_of_attach"),
        "gsm_a.gm.gmm.type_of_detach": at("detach_type.type"),
        "gsm_a.gm.gmm.power_off": at("detach_type.power_off"),
        "gsm_a.gm.gmm.update_type": at("update_type.update_type_value"),
        "gsm_a.gm.gmm.update_result": at("update_result.update_result_value"),
        "gsm_a.gm.gmm.serv_type": at("service_type"),
        "gsm_a.gm.gmm.type_of_identity": at("identity_type"),
        "gsm_a.gm.gmm.force_to_standby": at("force_to_standby"),
        "gsm_a.gm.gmm.ac_ref_nr": at("ac_reference_number"),
        "gsm_a.gm.gmm.type_of_ciph_alg": at("ciphering_algorithm"),
        "gsm_a.gm.gmm.imeisv_req": at("imeisv_request"),
        "gsm_a.gm.gmm.split_pg_cycle_code": at("drx_parameter.split_pg_cycle_code"),
        "gsm_a.key_seq": at("cksn"),
        "gsm_a.dtap.rand": at("rand"),
        "gsm_a.dtap.autn": at("autn"),
        "gsm_a.dtap.auts": at("authentication_failure_parameter"),
        "gsm_a.dtap.sres": at("authentication_parameter_response"),
        "gsm_a.dtap.xres": at("authentication_response_extension"),
        "gsm_a.gm.gmm.gprs_timer_value": at(
            "periodic_ra_update_timer.value", "negotiated_ready_timer.value", "requested_ready_timer.value"
        ),
        "gsm_a.gm.gmm.gprs_timer2_value": at("t3302_value.value", "t3319_value.value", "t3323_value.value"),
    },
    "sm": {
        "gsm_a.dtap.msg_sm_type": CODE,
        "gsm_a.dtap.ti_flag": at("transaction_identifier.flag"),
        "gsm_a.gm.sm.cause": of(SmCause),
        "gsm_a.gm.sm.apn": of(Apn),
        "gsm_a.gm.sm.llc_sapi": of(LlcSapi, get="value"),
        "gsm_a.gm.sm.tdi": at("tear_down_indicator.tear_down_requested"),
        "gsm_a.gm.radio_priority_pdp": of(RadioPriority, get="level"),
    },
    "mm": {
        "gsm_a.dtap.msg_mm_type": CODE,
        **LAC,
        **IN_LAI,
        **IDENTITY,
        "gsm_a.dtap.rej_cause": of(MmCause),
        "gsm_a.dtap.rand": at("rand"),
        "gsm_a.dtap.autn": at("autn"),
        "gsm_a.dtap.type_of_identity": at("identity_type"),
        "gsm_a.dtap.ciphering_key_sequence_number": at("cksn"),
        "gsm_a.dtap.updating_type": at("location_updating_type.type_of_location_updating"),
    },
    "rr": {
        "gsm_a.dtap.msg_rr_type": CODE,
        **AREA,
        **IDENTITY,
        "gsm_a.rr.tlli": of(Tlli),
        "gsm_a.rr.RRcause": of(RrCause),
        "gsm_a.rr.suspension_cause": at("suspension_cause"),
        "gsm_a.bssmap.cell_ci": at("cell_identity"),
        "gsm_a.rr.page_mode": at("page_mode.pm"),
        "gsm_a.rr.t3212": at("control_channel_description.t3212"),
    },
    "llc": {
        "llcgprs.sapib": at("sapi"),
        "llcgprs.cr": at("command"),
        "llcgprs.nu": at("nu"),
        "llcgprs.e": at("encrypted"),
        "llcgprs.pm": at("protected"),
        "llcgprs.sackns": at("ns"),
        "llcgprs.pf": at("poll_final"),
        "llcgprs.frmrvs": at("condition.vs"),
    },
    "sndcp": {
        "sndcp.nsapib": at("nsapi"),
        "sndcp.m": at("more"),
        "sndcp.f": at("first"),
        "sndcp.segment": at("segment_number"),
        "sndcp.npdu": n_pdu,
    },
    "ns": {
        "nsip.pdu_type": CODE,
        "nsip.cause": of(NsCause),
        "nsip.ns_vci": at("ns_vci"),
        "nsip.nsei": at("nsei"),
        "nsip.bvci": at("bvci"),
        "nsip.transaction_id": at("transaction_id"),
        "nsip.max_num_ns_vc": at("maximum_number_of_ns_vcs"),
        "nsip.ipv4_address": of(IPv4Address),
        "nsip.ipv6_address": of(IPv6Address),
    },
    "bssgp": {
        "bssgp.pdu_type": CODE,
        **AREA,
        **IDENTITY,
        "gsm_a.rr.tlli": of(Tlli),
        "bssgp.cause": of(BssgpCause),
        "bssgp.bvci": at("bvci", "bvci_old", "bvci_new", "bvci_target"),
        "bssgp.ci": of(CellIdentifier, get="ci"),
        "bssgp.ra_cause": at("radio_cause"),
        "bssgp.suspend_ref_no": at("suspend_reference_number"),
        "bssgp.tag": at("tag"),
        "bssgp.flush_action": at("flush_action"),
        "bssgp.no_of_oct": at("number_of_octets_affected", "number_of_octets_deleted"),
        "bssgp.delay_val": of(Delay),
        "bssgp.r_default_ms": at("r_default_ms"),
        "bssgp.bucket_full_ratio": at("bucket_full_ratio"),
    },
    "bssap_plus": {
        "bssap_plus.msg_type": CODE,
        **AREA,
        "e212.imsi": of(Imsi),
        "bssap.imei": at("imei"),
        "bssap.imeisv": at("imeisv"),
        "bssap.Gs_cause": of(GsCause),
        "gsm_a.dtap.rej_cause": of(MmCause),
        "bssap.tmsi": octets_at("tmsi"),
        "bssap.ptmsi": octets_at("ptmsi"),
        "bssap.sgsn_number": at("sgsn_number.digits"),
        "bssap.vlr_number": at("vlr_number.digits"),
        "bssap.mobile_station_state": at("mobile_station_state"),
        "bssap.loc_inf_age": at("location_information_age"),
        "bssap.gprs_loc_upd_type": at("update_type"),
    },
    "bssmap": {
        "gsm_a.bssmap.msgtype": CODE,
        "e212.imsi": of(Imsi),
        "gsm_a.bssmap.cause": at("cause"),
        **{f"gsm_a_bssmap.gsm_a5_{number}": permits(number) for number in range(1, 8)},
    },
    "dtap": {},
    "cc": {
        "gsm_a.dtap.msg_cc_type": CODE,
        "gsm_a.dtap.ti_flag": at("transaction_identifier.flag"),
        "gsm_a.dtap.cause": of(Cause, get="value"),
        "gsm_a.dtap.cld_party_bcd_num": at("called_party_bcd_number.digits"),
        "gsm_a.dtap.clg_party_bcd_num": at("calling_party_bcd_number.digits"),
        "gsm_a.dtap.call_state": at("call_state.call_state_value"),
        "gsm_a.dtap.signal_value": at("signal"),
    },
    "gtp": {
        "gtp.message": CODE,
        "gtp.teid": at("teid"),
        "gtp.seq_number": at("sequence_number"),
        "gtp.cause": of(GtpCause),
        "e212.imsi": of(Imsi),
        "gtp.lac": of(Rai, get="lac"),
        "gtp.rai_rac": of(Rai, get="rac"),
        "gtp.apn": of(Apn),
        "gtp.gsn_ipv4": lambda message: [a for a in outside(message) if a.address.version == 4],
        "gtp.gsn_ipv6": lambda message: [a for a in outside(message) if a.address.version == 6],
        "gtp.chrg_ipv4": lambda message: [
            a
            for a in at("charging_gateway_address", "alternative_charging_gateway_address")(message)
            if a.address.version == 4
        ],
        "gtp.chrg_ipv6": lambda message: [
            a
            for a in at("charging_gateway_address", "alternative_charging_gateway_address")(message)
            if a.address.version == 6
        ],
        "gtp.teid_data": lambda message: [
            *at("tunnel_endpoint_identifier_data_i")(message),
            *(rab.teid for rab in of(RabSetupInformation)(message) if rab.teid is not None),
        ],
        "gtp.teid_cp": at("tunnel_endpoint_identifier_control_plane"),
        "gtp.recovery": at("recovery"),
        "gtp.sel_mode": at("selection_mode.value"),
        "gtp.tlli": exactly(Tlli),
        "gtp.ptmsi": at("ptmsi"),
        "gtp.ptmsi_sig": at("ptmsi_signature"),
        "gtp.tear_ind": at("teardown_ind.teardown"),
        "gtp.security_mode": of(MmContext, get="security_mode"),
        "gtp.rand": of(AuthenticationTriplet, AuthenticationQuintuplet, get="rand"),
        "gtp.sres": of(AuthenticationTriplet, get="sres"),
        "gtp.xres": of(AuthenticationQuintuplet, get="xres"),
        "gtp.ext_id": lambda message: (
            [value.extension_identifier for value in message.private_extensions]
            if hasattr(message, "private_extensions")
            else []
        ),
    },
    "sccp": {
        "sccp.message_type": CODE,
        "sccp.called.ssn": at("called.ssn"),
        "sccp.calling.ssn": at("calling.ssn"),
        "sccp.called.digits": title_digits("called"),
        "sccp.calling.digits": title_digits("calling"),
        "sccp.called.pc": at("called.point_code"),
        "sccp.hops": at("hop_counter"),
        "sccp.slr": at("source"),
        "sccp.dlr": at("destination"),
        "sccp.segmentation.slr": lambda message: [
            int.from_bytes(value.to_bytes(3, "little"), "big")  # a mere name, which tshark turns round
            for value in at("segmentation.reference")(message)
        ],
    },
    "sccp_management": {
        "sccpmg.message_type": CODE,
        "sccpmg.ssn": at("affected_ssn"),
        "sccpmg.pc": at("affected_point_code.code"),
    },
    "m3ua": {
        "m3ua.message_class": lambda message: [message.code >> 8],
        "m3ua.message_type": lambda message: [message.code & 255],
        "m3ua.routing_context": at("routing_context"),
        "m3ua.network_appearance": at("network_appearance"),
        "m3ua.protocol_data_opc": at("protocol_data.opc"),
        "m3ua.protocol_data_dpc": at("protocol_data.dpc"),
    },
    "icmp": {},
    "ip": {
        "ip.src": lambda message: of(IPv4Address)(message)[:1],
        "ip.dst": lambda message: of(IPv4Address)(message)[1:],
        "ip.ttl": at("time_to_live"),
        "ip.id": at("identification"),
        "ip.frag_offset": at("fragment_offset"),
        "ipv6.src": lambda message: of(IPv6Address)(message)[:1],
        "ipv6.dst": lambda message: of(IPv6Address)(message)[1:],
        "ipv6.hlim": at("hop_limit"),
        "ipv6.flow": at("flow_label"),
    },
    "udp": {
        "udp.srcport": at("source_port"),
        "udp.dstport": at("destination_port"),
    },
}
"""By protocol: the fields of tshark, and ours."""


def outside(message: Any) -> list[GsnAddress]:
    """The addresses of GSNs that are elements, not parts of contexts."""
    names = [field.name for field in message.fields if "charging" not in field.name]
    return [value for name in names if isinstance(value := getattr(message, name), GsnAddress)]
