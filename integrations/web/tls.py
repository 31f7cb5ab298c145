"""The certificate at the HTTP door; renewed files are taken without a restart. Used by integrations.web.server."""

import asyncio
import ssl
from pathlib import Path

from agent.errors import Unusable
from agent.telemetry import log

LOOK_SECONDS = 60.0


class Certificate:
    """A certificate and its key in files."""

    def __init__(self, certificate: Path, key: Path) -> None:
        """Raises Unusable for files that cannot serve."""
        self._files = (certificate, key)
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            self._seen = self._stamp()
            self.context.load_cert_chain(certificate, key)
        except (OSError, ValueError) as error:  # an SSLError is an OSError
            said = getattr(error, "strerror", None) or error
            raise Unusable(f"listen.tls_cert_file: {certificate} and {key} cannot be used ({said})") from error

    async def watch(self) -> None:
        """Take what is renewed, for ever; what cannot be read is said, and the old one stays."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self.renew()

    def renew(self) -> bool:
        """Look at the files once; whether another certificate is used from now on."""
        try:
            stamp = self._stamp()
            if stamp == self._seen:
                return False
            self.context.load_cert_chain(*self._files)
        except (OSError, ValueError) as error:
            log("web").warning("a renewed certificate cannot be used", error=str(error))
            return False
        self._seen = stamp
        return True

    def _stamp(self) -> list[bytes]:
        return [path.read_bytes() for path in self._files]
