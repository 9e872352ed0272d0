"""Network cameras that stream JPEGs over HTTP ("motion JPEG"): one request, an endless multipart answer.

Fits: most network cameras and single-board cameras have such an address (Axis: ``/axis-cgi/mjpg/video.cgi``;
ESP32-CAM: ``:81/stream``; mjpg-streamer and go2rtc: see theirs). RTSP cameras are not read.
Sources: RFC 2046 section 5.1 (multipart); the subtype ``x-mixed-replace`` was Netscape's and is in the HTML
standard; Axis VAPIX, "MJPEG stream" (``Content-Length`` in each part, which not every camera sends: parts are cut at
the boundary). Basic authentication, RFC 7617: on a network of the kiosk's own, for the password goes in clear.

Sample settings: ``model = "mjpeg"``, ``url = "http://192.0.2.20/axis-cgi/mjpg/video.cgi?resolution=1280x720&fps=15"``.
"""

from __future__ import annotations

import base64
import http.client
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from hal.camera.vision.capture import Capture, Colours
from hal.camera.vision.device import WorkerCamera
from hal.camera.vision.watch import Watch
from hal.device import NoHardwareError, ProtocolError

__all__ = ["LONGEST_PART", "Driver", "Parts", "Settings", "boundary_of", "open_capture"]

LONGEST_PART = 8 * 1024 * 1024
"""A longer part is no picture."""

_READ = 64 * 1024
_BOUNDARY = re.compile(r'boundary="?([^";,]{1,70})"?', re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Watch):
    """``url``: ``http://`` and where the stream is. ``user``, ``password``: if the camera asks for them."""

    url: str
    user: str = ""
    password: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no address."""
        super(Settings, self).__post_init__()
        if urlsplit(self.url).scheme not in {"http", "https"} or not urlsplit(self.url).hostname:
            text = f"url is http://..., not {self.url!r:.60}"
            raise ValueError(text)


def boundary_of(content_type: str) -> bytes:
    """What parts the stream, of the answer's ``Content-Type``. Raises ``ProtocolError``.

    >>> boundary_of("multipart/x-mixed-replace; boundary=--myboundary")
    b'--myboundary'
    """
    found = _BOUNDARY.search(content_type)
    if not content_type.lower().startswith("multipart/") or found is None:
        text = f"this is no stream of pictures: {content_type!r:.60}"
        raise ProtocolError(text)
    boundary = found[1].strip().encode()
    # A boundary stands behind two dashes (RFC 2046); many cameras name it with them already.
    return boundary if boundary.startswith(b"--") else b"--" + boundary


class Parts:
    """Cuts a multipart stream, however it is delivered, into the bodies of its parts."""

    def __init__(self, boundary: bytes) -> None:
        self._mark = boundary
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The bodies that are whole now. Raises ``ProtocolError`` when one grows beyond ``LONGEST_PART``."""
        *whole, self._rest = (self._rest + data).split(self._mark)
        for part in whole:
            _, _, body = part.partition(b"\r\n\r\n")
            if body:
                yield body.removesuffix(b"\r\n")
        if len(self._rest) > LONGEST_PART:
            text = f"more than {LONGEST_PART} bytes without a boundary"
            raise ProtocolError(text)


def open_capture(settings: Settings) -> Capture:
    """Ask for the stream, in the worker. Raises ``OSError``, ``NoHardwareError`` or ``ProtocolError``."""
    return _Stream(settings)


class _Stream:
    def __init__(self, settings: Settings) -> None:
        address = urlsplit(settings.url)
        kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
        self._line = kind(address.hostname or "", address.port, timeout=settings.stale_ms / 1000)
        try:
            path = f"{address.path or '/'}?{address.query}" if address.query else address.path or "/"
            self._line.request("GET", path, headers=_authorization(settings))
            self._answer = _welcome(self._line.getresponse())
            self._parts = Parts(boundary_of(self._answer.headers.get("Content-Type", "")))
        except http.client.HTTPException as error:
            self._line.close()
            text = f"the camera does not speak HTTP: {type(error).__name__}"
            raise ProtocolError(text) from error
        except BaseException:
            self._line.close()
            raise

    def read(self) -> Colours | None:
        """See ``Capture.read``; of several pictures that came at once the last."""
        body = b""
        while not body:
            try:
                data = self._answer.read1(_READ)
            except TimeoutError as error:
                text = "the stream stopped"
                raise NoHardwareError(text) from error
            if not data:
                text = "the camera hung up"
                raise ConnectionResetError(text)
            for part in self._parts.feed(data):
                body = part
        import cv2  # noqa: PLC0415  only the worker loads OpenCV, not the kiosk that reads the settings
        import numpy as np  # noqa: PLC0415  the same

        colours: Colours | None = cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR)
        return colours

    def close(self) -> None:
        """See ``Capture.close``."""
        self._answer.close()
        self._line.close()


def _welcome(answer: http.client.HTTPResponse) -> http.client.HTTPResponse:
    if answer.status != http.client.OK:
        text = f"the camera answers {answer.status} {answer.reason}; check url, user and password"
        raise NoHardwareError(text)
    return answer


def _authorization(settings: Settings) -> dict[str, str]:
    if not settings.user:
        return {}
    token = base64.b64encode(f"{settings.user}:{settings.password}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


class Driver(WorkerCamera):
    """A network camera."""

    model = "mjpeg"
