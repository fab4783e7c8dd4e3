// The seam behind the engine: where everything that happened goes. Implemented by the app (log,
// console, statistics) and by recorders in tests. Views in the arguments live for the call only.
#pragma once

#include "sipping/probe/transport.hpp"
#include "sipping/result/probe_result.hpp"
#include "sipping/result/stray.hpp"

namespace sipping::probe {

class ResultSink {
public:
    ResultSink() = default;
    ResultSink(const ResultSink&) = delete;
    ResultSink& operator=(const ResultSink&) = delete;
    virtual ~ResultSink() = default;

    /// A probe left.
    virtual void sent(const SentProbe& probe) noexcept = 0;
    /// A row: in order of completion.
    virtual void result(const ProbeResult& result) noexcept = 0;
    /// A probe's final word: in order of sending, target by target.
    virtual void settled(const Settled& settled) noexcept = 0;
    /// This prober did not probe for a while.
    virtual void gap(const Gap& gap) noexcept = 0;
    /// An ICMP error named this probe, which still waits. (Its row comes when it ends.)
    virtual void icmp(std::uint32_t target, const Endpoint& asked, std::uint64_t call_id,
                      const IcmpError& error, Instant at) noexcept = 0;
    /// Something came that belongs to no probe. Most listeners have no use for it.
    virtual void stray(const Stray& /*stray*/) noexcept {}
};

}  // namespace sipping::probe
