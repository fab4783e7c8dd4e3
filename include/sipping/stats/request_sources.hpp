// Who sends requests to our ports: the first ten sources (an address with a User-Agent) by name,
// the others counted.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "sipping/base/endpoint.hpp"
#include "sipping/result/stray.hpp"
#include "sipping/stats/event.hpp"

namespace sipping::stats {

class RequestSources {
public:
    static constexpr std::size_t kept = 10;
    static constexpr std::size_t agent_max = 80;  ///< of a User-Agent; what is longer is cut

    struct Source {
        Endpoint from;  ///< the port of its first one
        std::uint64_t requests = 0;
        std::uint64_t answered = 0;
        std::array<char, 16> method_text{};  ///< of the first one, perhaps cut; as the next
        std::array<char, agent_max> agent_text{};
        std::uint8_t method_size = 0;
        std::uint8_t agent_size = 0;

        [[nodiscard]] std::string_view method() const noexcept {
            return {method_text.data(), method_size};
        }
        [[nodiscard]] std::string_view user_agent() const noexcept {
            return {agent_text.data(), agent_size};
        }
    };

    /// The event when it is the first one from its source. Unreadable requests are requests too.
    [[nodiscard]] std::optional<RequestEvent> add(const Stray& request) noexcept {
        const auto known =
            std::find_if(sources_.begin(), sources_.begin() + size_, [&](const Source& source) {
                return source.from.address == request.from.address &&
                       source.user_agent() == request.user_agent.substr(0, agent_max);
            });
        if (known != sources_.begin() + size_) {
            ++known->requests;
            known->answered += request.answered ? 1 : 0;
            return std::nullopt;
        }
        if (size_ == static_cast<std::ptrdiff_t>(kept)) {
            ++others_;
            return std::nullopt;
        }
        Source& source = sources_[static_cast<std::size_t>(size_++)];
        source.from = request.from;
        source.requests = 1;
        source.answered = request.answered ? 1 : 0;
        source.method_size = copy(request.method, source.method_text);
        source.agent_size = copy(request.user_agent, source.agent_text);
        return RequestEvent{.from = source.from,
                            .method = source.method(),
                            .user_agent = source.user_agent(),
                            .answered = request.answered,
                            .at = request.at};
    }

    [[nodiscard]] std::span<const Source> sources() const noexcept {
        return {sources_.data(), static_cast<std::size_t>(size_)};
    }
    /// Requests from other sources than those.
    [[nodiscard]] std::uint64_t others() const noexcept { return others_; }

private:
    template <std::size_t room>
    static std::uint8_t copy(std::string_view text, std::array<char, room>& to) noexcept {
        text = text.substr(0, room);
        std::copy(text.begin(), text.end(), to.begin());
        return static_cast<std::uint8_t>(text.size());
    }

    std::array<Source, kept> sources_{};
    std::ptrdiff_t size_ = 0;
    std::uint64_t others_ = 0;
};

}  // namespace sipping::stats
