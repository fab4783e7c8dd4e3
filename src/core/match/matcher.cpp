#include "sipping/match/matcher.hpp"

#include <array>
#include <bit>
#include <charconv>

namespace sipping::match {
namespace {

bool is_call_id(std::string_view text, std::uint64_t number, std::string_view site) noexcept {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    const std::string_view expected(digits.data(), static_cast<std::size_t>(end - digits.data()));
    if (!text.starts_with(expected)) return false;
    text.remove_prefix(expected.size());
    if (site.empty()) return text.empty();
    return text.size() == site.size() + 1 && text.front() == '@' && text.substr(1) == site;
}

bool is_tag(std::string_view text, std::uint32_t tag) noexcept {
    // Case does not matter here: a peer that changes the case of a hex tag has not lost it.
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    return text.size() == 8 && error == std::errc{} && end == text.data() + text.size() &&
           value == tag;
}

}  // namespace

Matcher::Matcher(ProbeTable& table, const wire::IdentitySource& identities, std::string site)
    : table_(table), identities_(identities), site_(std::move(site)) {}

int Matcher::agreeing(const Match& match) noexcept {
    return 4 - std::popcount(match.disagree);
}

Match Matcher::compare(std::uint64_t number, const wire::Response& response) const noexcept {
    Match match;
    match.slot = table_.find(number);
    if (match.slot == no_slot) return match;
    const wire::Identity ours = identities_.of(number);
    std::uint64_t branch_number = 0;
    std::uint64_t proof = 0;
    if (!is_call_id(response.call_id, number, site_)) match.disagree |= Field::call_id;
    if (!wire::parse_branch(response.via.branch, branch_number, proof) || branch_number != number ||
        proof != ours.branch)
        match.disagree |= Field::branch;
    if (!is_tag(response.from_tag, ours.from_tag)) match.disagree |= Field::from_tag;
    if (response.cseq != ours.cseq || response.cseq_method != "OPTIONS")
        match.disagree |= Field::cseq;
    return match;
}

}  // namespace sipping::match
