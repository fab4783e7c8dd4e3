// Targets from arguments and a file: what is wrong with them, all of it, and which are there twice.
// Opens no file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sipping/target/target_spec.hpp"

namespace sipping::target {

inline constexpr std::size_t file_targets_max = 100'000;  ///< more is refused
inline constexpr std::size_t told_max = 20;  ///< wrong targets, and notes, told one by one

/// Messages of which the first are told and the rest counted.
class Complaints {
public:
    void add(std::string message) {
        if (++count_ <= told_max) told_.push_back(std::move(message));
    }
    [[nodiscard]] const std::vector<std::string>& told() const noexcept { return told_; }
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

private:
    std::vector<std::string> told_;
    std::uint64_t count_ = 0;
};

struct TargetList {
    /// Judges, and completes, a target by what only the caller knows; empty string: it is fine.
    std::function<std::string(TargetSpec& spec)> check = {};
    std::vector<TargetSpec> specs = {};
    std::string file = {};  ///< its name; empty: none
    Complaints wrong = {};  ///< no target may be asked unless this is empty
    Complaints notes = {};

    /// "gw.txt:17: " for a target of the file, nothing for one of the command line.
    [[nodiscard]] std::string place(const TargetSpec& spec) const;
};

/// One argument.
void add_target(std::string_view text, TargetList& list);

/// A whole file: one target a line, '#' begins a comment (at line start or after a blank), ';' one
/// at line start; blank lines are skipped. Line ends of any system, UTF-8 or UTF-16. `name` is for
/// messages. A file without any target is wrong, one of another kind (a spreadsheet) too.
void add_target_file(std::string_view name, std::string_view bytes, TargetList& list);

/// What a target without it gets from the command line.
struct Defaults {
    std::uint16_t port = 5060;
    std::string_view request_uri;  ///< empty: made from the target
};

/// A target is there twice when endpoint and Request-URI are the same, however they are spelled;
/// two names are two targets wherever they point. Takes out all but the first, with a note for each
/// that had company. Zones are to be in `literal` before.
void take_out_repeats(const Defaults& defaults, TargetList& list);

/// Targets of one name get what was asked for behind it ("PBX (127.0.0.3:5080)"), with a note: in a
/// log the name is all that tells whose a row is, and a dead one would hide behind one that
/// answers.
void tell_names_apart(TargetList& list);

}  // namespace sipping::target
