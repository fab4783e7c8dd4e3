// Does this kernel's io_uring do what UringTransport needs, tried for real on loopback.
#pragma once

namespace sipping::net {

/// Sends datagrams to itself over a small ring of its own: SEND with an address, multishot recvmsg
/// into provided buffers, kernel receive times (the first ones after the option was switched on may
/// be missing; waits up to 50 ms for one). Throws std::system_error when a request is refused. A
/// loopback that carries nothing proves nothing and passes.
void check_ring();

/// The same wait for the first kernel receive time with plain system calls.
void await_receive_times();

}  // namespace sipping::net
