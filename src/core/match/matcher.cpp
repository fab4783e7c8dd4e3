#include "sipping/match/matcher.hpp"

#include <bit>

namespace sipping::match {

Matcher::Matcher(ProbeTable& table, const wire::IdentitySource& identities, std::string site)
    : table_(table), identities_(identities), site_(site.empty() ? site : "@" + site) {}

int Matcher::agreeing(const Match& match) noexcept {
    return match.disagree == 0 ? 4 : 4 - std::popcount(match.disagree);
}

Matcher::Claim Matcher::claim_of(const wire::Response& response) const noexcept {
    Claim claim;
    claim.call_id = wire::call_id_number(response.call_id);
    claim.call_id_whole =
        claim.call_id != 0 && response.call_id.substr(wire::call_id_digits) == site_;
    if (!wire::parse_branch(response.via.branch, claim.branch_call_id, claim.branch_proof))
        claim.branch_call_id = 0;
    claim.has_from_tag = wire::parse_from_tag(response.from_tag, claim.from_tag);
    if (response.cseq_method == "OPTIONS") claim.cseq = response.cseq;
    return claim;
}

std::uint32_t Matcher::slot_of(std::uint64_t call_id, std::uint32_t socket) const noexcept {
    // Nearly always it is the newest probe of its socket, which spares the way back through the
    // permutation.
    const std::uint32_t newest = table_.newest_on_socket(socket);
    if (newest != no_slot && table_.at(newest).call_id == call_id) return newest;
    return table_.find(identities_.number_of(call_id));
}

Match Matcher::compare(std::uint64_t call_id, const Claim& claim,
                       std::uint32_t socket) const noexcept {
    Match match;
    if (call_id == 0) return match;
    match.slot = slot_of(call_id, socket);
    if (match.slot == no_slot) return match;
    const wire::Identity ours = identities_.of(call_id);
    if (claim.call_id != call_id || !claim.call_id_whole) match.disagree |= Field::call_id;
    if (claim.branch_call_id != call_id || claim.branch_proof != ours.branch)
        match.disagree |= Field::branch;
    if (!claim.has_from_tag || claim.from_tag != ours.from_tag) match.disagree |= Field::from_tag;
    if (claim.cseq != ours.cseq) match.disagree |= Field::cseq;
    return match;
}

}  // namespace sipping::match
