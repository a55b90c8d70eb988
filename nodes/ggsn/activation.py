"""PDP context activation in the GGSN (TS 23.060 9.2.2, TS 29.060 7.3.1, 7.3.2): what a new context needs.

A request without TEID makes the first context of an address; whatever the subscriber had under that NSAPI is a thing of
the past, and goes with all contexts of its address before. A request to the TEID of an address makes a secondary one.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from nodes.core.gtp import NO_TEID, Incoming
from nodes.core.traffic_flow import Filters
from nodes.ggsn import configuration_options, traffic_flow
from nodes.ggsn.config import Address
from nodes.ggsn.contexts import Connection, Point, key_of
from nodes.ggsn.pdp_context import Lost, PdpContext
from nodes.ggsn.pdp_context import S as Pdp
from nodes.ggsn.traffic_flow import RefusedError
from protocol.causes import GtpCause
from protocol.gtp import CreatePdpContextRequest, CreatePdpContextResponse, ReorderingRequired
from protocol.identities import GsnAddress, Imsi
from protocol.sm.pdp_address import PdpAddress, PdpTypeNumber, PdpTypeOrganisation

if TYPE_CHECKING:
    from nodes.ggsn.node import Ggsn

LEAST_NSAPI = 5
"""Lower ones are reserved (24.008 10.5.6.2)."""

VERSIONS = {PdpTypeNumber.IPV4: (4,), PdpTypeNumber.IPV6: (6,), PdpTypeNumber.IPV4V6: (4, 6)}
"""PDP types and their versions of IP. Both at once came with release 8; an SGSN that asks for both knows it."""


def create(ggsn: "Ggsn", incoming: Incoming) -> None:
    """Make a context, and answer what became of it."""
    request = incoming.message
    try:
        response = first(ggsn, incoming) if request.teid == NO_TEID else secondary(ggsn, incoming)
    except RefusedError as refused:
        unknown = refused.cause is GtpCause.CONTEXT_NOT_FOUND
        teid = None if unknown else request.tunnel_endpoint_identifier_control_plane
        if teid is None:
            known = ggsn.contexts.by_control.get(request.teid)
            teid = NO_TEID if known is None or unknown else known.sgsn_teid
        response = CreatePdpContextResponse(teid=teid, cause=refused.cause)
    incoming.answer(response)
    made = ggsn.contexts.by_data.get(response.tunnel_endpoint_identifier_data_i or NO_TEID)
    if made is not None:
        ggsn.activated(made.connection)


def first(ggsn: "Ggsn", incoming: Incoming) -> CreatePdpContextResponse:
    """The first context of an address; the codec has seen to it that all is there that such a request must have."""
    request = incoming.message
    imsi, nsapi = Imsi(request.imsi), request.nsapi.value
    incoming.imsi = str(imsi)
    check_ends(ggsn, request)
    control = GsnAddress(request.sgsn_address_for_signalling.address)
    before = ggsn.contexts.find(imsi, nsapi)
    if before is not None:
        ggsn.abandon(before.connection, "the SGSN has made the context anew")
    point = ggsn.point_of(request.access_point_name)
    if point is None:
        raise RefusedError(GtpCause.MISSING_OR_UNKNOWN_APN)
    if len(ggsn.contexts) >= ggsn.config.capacity:
        raise RefusedError(GtpCause.NO_MEMORY_IS_AVAILABLE)
    filters = () if request.tft is None else traffic_flow.changed(request.tft, (), ())
    addresses, cause = assign(ggsn, point, imsi, request.end_user_address)
    connection = Connection(
        imsi, point, addresses, ggsn.gtp.allocate_teid(), control, request.tunnel_endpoint_identifier_control_plane
    )
    ggsn.contexts.open(connection)
    ggsn.serve(connection, control)
    context = make(ggsn, connection, request, filters)
    return CreatePdpContextResponse(
        teid=connection.sgsn_teid,
        cause=cause,
        reordering_required=ReorderingRequired(required=False),
        recovery=ggsn.gtp.recovery_to(incoming.peer),
        tunnel_endpoint_identifier_data_i=context.teid,
        tunnel_endpoint_identifier_control_plane=connection.teid,
        charging_id=context.charging_id,
        end_user_address=connection.end_user_address,
        protocol_configuration_options=configuration_options.answered(
            request.protocol_configuration_options, point.told.dns, connection.ipv4
        ),
        ggsn_address_for_control_plane=ggsn.own,
        ggsn_address_for_user_traffic=ggsn.own,
        quality_of_service_profile=context.qos,
    )


def secondary(ggsn: "Ggsn", incoming: Incoming) -> CreatePdpContextResponse:
    """One more context of an address (23.060 9.2.2.1.1), for the packets that its TFT tells."""
    request = incoming.message
    nsapi = request.nsapi.value
    connection = ggsn.contexts.by_control.get(request.teid)
    if connection is None:
        raise RefusedError(GtpCause.CONTEXT_NOT_FOUND)
    incoming.imsi = str(connection.imsi)
    check_ends(ggsn, request)
    if request.linked_nsapi is None:
        raise RefusedError(GtpCause.MANDATORY_IE_MISSING)
    linked = connection.contexts.get(request.linked_nsapi.value)
    if linked is None or linked.state is Pdp.WAIT_DELETE:
        raise RefusedError(GtpCause.CONTEXT_NOT_FOUND)
    if nsapi in connection.contexts:
        raise RefusedError(GtpCause.MANDATORY_IE_INCORRECT)  # 7.3.1: refused; both contexts stay as they are
    if len(ggsn.contexts) >= ggsn.config.capacity:
        raise RefusedError(GtpCause.NO_MEMORY_IS_AVAILABLE)
    others = [context.filters for context in connection.contexts.values()]
    filters = () if request.tft is None else traffic_flow.changed(request.tft, (), others)
    if not filters and () in others:
        raise RefusedError(GtpCause.PDP_CONTEXT_WITHOUT_TFT_ALREADY_ACTIVATED)
    before = ggsn.contexts.find(connection.imsi, nsapi)
    if before is not None:
        before.hear(Lost("the SGSN has made a secondary context under its NSAPI"))
    if request.tunnel_endpoint_identifier_control_plane is not None:
        connection.sgsn_teid = request.tunnel_endpoint_identifier_control_plane
    ggsn.serve(connection, GsnAddress(request.sgsn_address_for_signalling.address))
    context = make(ggsn, connection, request, filters)
    return CreatePdpContextResponse(
        teid=connection.sgsn_teid,
        cause=GtpCause.REQUEST_ACCEPTED,
        reordering_required=ReorderingRequired(required=False),
        recovery=ggsn.gtp.recovery_to(incoming.peer),
        tunnel_endpoint_identifier_data_i=context.teid,
        charging_id=context.charging_id,
        protocol_configuration_options=configuration_options.answered(
            request.protocol_configuration_options, connection.point.told.dns, connection.ipv4
        ),
        ggsn_address_for_control_plane=ggsn.own,
        ggsn_address_for_user_traffic=ggsn.own,
        quality_of_service_profile=context.qos,
    )


def check_ends(ggsn: "Ggsn", request: CreatePdpContextRequest) -> None:
    """The NSAPI must be one that a context can have, and both ends of the SGSN must be somewhere."""
    if request.nsapi.value < LEAST_NSAPI:
        raise RefusedError(GtpCause.MANDATORY_IE_INCORRECT)
    for element in (request.sgsn_address_for_signalling, request.sgsn_address_for_user_traffic):
        if not ggsn.gtp.path_to(GsnAddress(element.address)):
            raise RefusedError(GtpCause.SYSTEM_FAILURE)


def make(ggsn: "Ggsn", connection: Connection, request: CreatePdpContextRequest, filters: Filters) -> PdpContext:
    """The context itself."""
    qos = ggsn.granted(connection.point, request.quality_of_service_profile)
    context = PdpContext(ggsn, connection, request.nsapi.value, qos)
    context.filters = filters
    context.linked_nsapi = None if request.linked_nsapi is None else request.linked_nsapi.value
    user = GsnAddress(request.sgsn_address_for_user_traffic.address)
    ggsn.contexts.tunnel(context, ggsn.gtp.path_to(user), user, request.tunnel_endpoint_identifier_data_i)
    ggsn.contexts.add(context)
    context.begin()
    return context


def assign(ggsn: "Ggsn", point: Point, imsi: Imsi, asked: PdpAddress) -> tuple[tuple[Address, ...], GtpCause]:
    """The addresses of a new context, and how that is to be called: the static ones asked for, or dynamic ones.

    Of a mobile that asks for both versions where there is but one, the GGSN takes that one (cause 129, release 8).
    """
    versions = VERSIONS.get(asked.number, ()) if asked.organisation is PdpTypeOrganisation.IETF else ()
    served = tuple(version for version in versions if point.serves(version))
    if not served:
        raise RefusedError(GtpCause.UNKNOWN_PDP_ADDRESS_OR_PDP_TYPE)
    static: dict[int, Address] = {address.version: address for address in asked_for(asked)}
    if not all(point.owns(address, imsi) for address in static.values()):
        raise RefusedError(GtpCause.UNKNOWN_PDP_ADDRESS_OR_PDP_TYPE)
    for address in static.values():
        before = ggsn.contexts.by_key.get(key_of(address))
        if before is not None:
            ggsn.abandon(before, "the mobile has asked for the address anew")
    addresses: list[Address] = []
    for version in served:
        chosen = static.get(version) or point.take(version, ggsn.rng.getrandbits(62) | 1)
        if chosen is None:
            for taken in addresses:
                point.give_back(taken)
            raise RefusedError(GtpCause.ALL_DYNAMIC_PDP_ADDRESSES_ARE_OCCUPIED)
        addresses.append(chosen)
    whole = len(served) == len(versions)
    return tuple(addresses), (GtpCause.REQUEST_ACCEPTED if whole else GtpCause.NEW_PDP_TYPE_DUE_TO_NETWORK_PREFERENCE)


def asked_for(asked: PdpAddress) -> Iterator[Address]:
    """The static addresses in a request. All zeros are none: some SGSNs write so what is to be dynamic."""
    for address in (asked.ipv4, asked.ipv6):
        if address is not None and not address.is_unspecified:
            yield address
