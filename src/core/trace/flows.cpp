#include "sipping/trace/flows.hpp"

#include <algorithm>
#include <functional>
#include <string_view>

namespace sipping::trace {

std::size_t AddressHash::operator()(const Address& address) const noexcept {
    return std::hash<std::string_view>{}(
        {reinterpret_cast<const char*>(address.bytes.data()), address.bytes.size()});
}

std::size_t Flows::Hash::operator()(const Flow& flow) const noexcept {
    std::size_t hash = 0;
    for (const Endpoint* end : {&flow.source, &flow.destination}) {
        hash = hash * 31 + AddressHash{}(end->address);
        hash = hash * 31 + end->port;
    }
    return hash;
}

Flows::Index Flows::add(const Flow& flow) {
    const auto [found, added] = ways_.try_emplace(flow);
    if (added) {
        all_.push_back(&*found);
        found->second.index = static_cast<Index>(all_.size());
    }
    return found->second.index;
}

void Flows::note_request(Index request, WallTime at, std::size_t probe) {
    auto& [last, before] = ways_.find(all_[request - 1]->first)->second.sent;
    if (last.probe != probe) before = last;
    last = {at, probe};
}

std::vector<std::size_t> Flows::lately_sent(const Flow& flow, WallTime at, Duration within) const {
    std::vector<std::size_t> probes;
    const auto found = ways_.find(flow);
    if (found == ways_.end()) return probes;
    for (const Sent& sent : found->second.sent)
        if (sent.at <= at && sent.at >= at - within) probes.push_back(sent.probe);
    return probes;
}

void Flows::note_stray(const Flow& flow, WallTime at, Stray what) {
    const auto found = ways_.find(flow.back());
    if (found == ways_.end() || strays_ > strays_max) return;
    if (++strays_ <= strays_max) found->second.strays.push_back({at, what});
}

Stray Flows::stray(Index request, WallTime from, WallTime to) const {
    if (strays_ > strays_max) return Stray::cut;
    const std::vector<Came>& all = all_[request - 1]->second.strays;
    Stray worst = Stray::none;
    for (auto one = std::ranges::lower_bound(all, from, {}, &Came::at);
         one != all.end() && one->at <= to && worst != Stray::cut; ++one)
        worst = std::max(worst, one->what);
    return worst;
}

}  // namespace sipping::trace
