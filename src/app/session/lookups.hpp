// Host names looked up beside the run: getaddrinfo(3) takes half a minute where a name server is
// silent, and cannot be told to stop. Knows no targets: a lookup has a number, which its answer
// bears.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "io/worker.hpp"
#include "net/resolve.hpp"
#include "sipping/base/instant.hpp"

namespace sipping::app {

class Lookups {
public:
    /// Names looked up at the same time; the others wait for their turn.
    static constexpr std::size_t side_by_side = 32;

    struct Answer {
        std::uint32_t number = 0;
        net::Resolved found;
    };

    /// Begins to look up a name. Where there can be no thread it is done at once, and takes as long
    /// as it takes: not within a run then.
    void ask(std::uint32_t number, const std::string& host, std::optional<Family> family);
    /// The next answer that is there.
    [[nodiscard]] std::optional<Answer> take();
    /// Waits until there is an answer to take, but not for longer than `patience`. False: none.
    [[nodiscard]] bool wait(Duration patience);
    /// Names asked about whose answers were not taken yet.
    [[nodiscard]] std::size_t pending() const noexcept { return pending_; }
    /// Why no thread can be started (a limit of the user, of a container); empty: it can.
    [[nodiscard]] const std::string& trouble() const noexcept { return trouble_; }

private:
    void start();

    std::optional<io::Worker> worker_;  ///< begins with the first name
    std::deque<Answer> on_the_spot_;    ///< without threads
    std::string trouble_;
    std::size_t pending_ = 0;
};

}  // namespace sipping::app
