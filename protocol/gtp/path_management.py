"""Path management: is the other node alive, and what does it know (TS 29.060 clause 7.2)."""

from typing import Annotated

from protocol.gtp.elements import ExtensionHeaderTypeList, PrivateExtension
from protocol.gtp.header import EXTENSION_HEADER_TYPE_LIST, GtpMessage, GtpRequest
from protocol.layout import REPEATED, TLV, TLV2, TV


class EchoRequest(GtpRequest, code=1, title="Echo Request", clause="7.2.1"):
    """GSN → GSN: tell me that you are alive."""

    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class EchoResponse(GtpMessage, code=2, title="Echo Response", clause="7.2.2"):
    """GSN → GSN: I am, and have restarted so often. In the user plane the counter is 0, without meaning."""

    recovery: Annotated[int, TV(14, 1)]
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class VersionNotSupported(GtpMessage, code=3, title="Version Not Supported", clause="7.2.3"):
    """GSN → GSN: I know GTP up to the version in the header of this, not that of your message."""


class SupportedExtensionHeadersNotification(
    GtpMessage, code=31, title="Supported Extension Headers Notification", clause="7.2.4"
):
    """GSN → GSN: your message had an extension header that I should know but do not; these I know."""

    extension_header_type_list: Annotated[ExtensionHeaderTypeList, TLV(EXTENSION_HEADER_TYPE_LIST, 0, 255)]
