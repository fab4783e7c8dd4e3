// The targets that a user asked for, by name or address: names are the same in any case, addresses
// in any spelling. Remembers what the logs have, for who mistyped one.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sipping::record {

class TargetNames {
public:
    explicit TargetNames(std::span<const std::string> wanted);

    /// Nobody asked for any: all are wanted.
    [[nodiscard]] bool all() const noexcept { return wanted_.empty(); }
    /// Target or host is one of those asked for, or all are. Notes both.
    bool has(std::string_view target, std::string_view host);

    /// Asked for, and not found by has() so far, though there were others; as they were written.
    [[nodiscard]] std::vector<std::string> missing() const;
    /// Up to five of the names seen by has(), the most similar first; of many, only similar ones.
    /// Hostile.
    [[nodiscard]] std::vector<std::string> near(std::string_view name) const;

private:
    static constexpr std::size_t seen_max = 100'000;
    static constexpr std::size_t near_max = 5;

    struct Wanted {
        std::string written;
        std::string plain;
        bool found = false;
    };
    std::vector<Wanted> wanted_;
    std::set<std::string, std::less<>> seen_;
};

/// In small letters; addresses as RFC 5952 writes them, with brackets and a port as they are.
[[nodiscard]] std::string plain_target(std::string_view name);

}  // namespace sipping::record
