"""A far end of a few lines that sends whatever bytes a test gives it. Shares code with nobody."""

import socket
import threading


def header(request, name):
    """The value of a header line of a request of the prober's, as bytes."""
    return request.split(b"\r\n" + name + b": ", 1)[1].split(b"\r\n", 1)[0]


def answer(request, first_line=b"SIP/2.0 200 OK", changes=None, more=b""):
    """An answer to a request; `changes` replaces header values ({b"Call-ID": b"..."})."""
    values = {name: header(request, name) for name in (b"Via", b"From", b"To", b"Call-ID",
                                                       b"CSeq")}
    values[b"To"] += b";tag=raw"
    values.update(changes or {})
    lines = b"".join(b"%s: %s\r\n" % pair for pair in values.items())
    return first_line + b"\r\n" + lines + more + b"Content-Length: 0\r\n\r\n"


class RawPeer:
    """`answers(request, number)` gives the datagrams to send back, from 0 on."""

    def __init__(self, answers, address="127.0.0.1"):
        self.answers = answers
        self.requests = []  # (bytes, source)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, 0))
        self._socket.settimeout(0.1)
        self.address, self.port = self._socket.getsockname()
        self._running = True
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self):
        self._running = False
        self._thread.join()
        self._socket.close()

    def _serve(self):
        while self._running:
            try:
                request, source = self._socket.recvfrom(65535)
            except socket.timeout:
                continue
            if not request.startswith(b"OPTIONS "):
                continue  # the prober's answers to requests of ours
            self.requests.append((request, source))
            for datagram in self.answers(request, len(self.requests) - 1):
                self._socket.sendto(datagram, source)
