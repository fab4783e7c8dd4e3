// The decoders against the slow obvious ones, for tests and fuzzers: in words, where they differ.
#pragma once

#include <string>
#include <string_view>

namespace sipping::wire {

/// Empty when both read the same out of the datagram: for the test's message or the fuzzer's.
[[nodiscard]] std::string response_difference(std::string_view datagram);
/// Empty when the forgiving reader reads what the strict one accepts as that does.
[[nodiscard]] std::string lenient_difference(std::string_view datagram);
/// Empty when a shape learnt from one response reads another as the decoder does, or not at all.
/// `read`: it did.
[[nodiscard]] std::string shape_difference(std::string_view learnt, std::string_view datagram,
                                           bool& read);
[[nodiscard]] std::string request_difference(std::string_view datagram);

}  // namespace sipping::wire
