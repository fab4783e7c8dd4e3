// Whose response is this? Compares the four places that carry a probe's identity (Call-ID, top
// Via's branch, From tag, CSeq) with what we sent. Decides nothing about time: see the engine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sipping/base/endpoint.hpp"
#include "sipping/match/probe_table.hpp"
#include "sipping/wire/identity.hpp"
#include "sipping/wire/response.hpp"

namespace sipping::match {

/// Bits of Match::disagree; the same order as the result's Mangled bits.
enum Field : std::uint8_t { call_id = 1, branch = 2, from_tag = 4, cseq = 8 };

struct Match {
    std::uint32_t slot = no_slot;  ///< no_slot: foreign
    std::uint8_t disagree = 0;     ///< Field bits that were not as we sent them
};

/// Where a response came from and to, for the rule that lets a right Call-ID or branch stand alone.
struct Path {
    Endpoint from;
    std::uint32_t socket = 0;
    std::uint16_t local_port = 0;
};

class Matcher {
public:
    /// `site`: Call-IDs are digits@site; empty: digits alone.
    Matcher(ProbeTable& table, const wire::IdentitySource& identities, std::string site);

    /// A response is ours when at least three of the four agree, or when the Call-ID or the branch
    /// is right and it came from the very endpoint asked (`asked(slot)`) to the very port used.
    /// Both are as hard to guess; off the path neither is enough.
    template <typename Asked>
    [[nodiscard]] Match find(const wire::Response& response, const Path& path,
                             Asked&& asked) const noexcept {
        const Claim claim = claim_of(response);
        const Match named = compare(claim.call_id, claim, path.socket);
        if (named.slot != no_slot && agreeing(named) >= 3) return named;
        // Three fields outweigh one: the Call-ID may be another probe's that used the same port.
        Match branched;
        if (claim.branch_call_id != claim.call_id) {
            branched = compare(claim.branch_call_id, claim, path.socket);
            if (branched.slot != no_slot && agreeing(branched) >= 3) return branched;
        }
        for (const Match& match : {named, branched}) {
            if (!has_proof(match)) continue;
            const Slot& slot = table_.at(match.slot);
            if (path.local_port == slot.port && path.from == asked(slot)) return match;
        }
        return {};
    }

private:
    /// What a response says about whose it is; 0 where it says nothing that we could have sent.
    struct Claim {
        std::uint64_t call_id = 0;         ///< the number at the Call-ID's front ...
        bool call_id_whole = false;        ///< ... and after it is what we put there
        std::uint64_t branch_call_id = 0;  ///< the one in the branch
        std::uint64_t branch_proof = 0;
        bool has_from_tag = false;  ///< of our form
        std::uint32_t from_tag = 0;
        std::uint32_t cseq = 0;
    };

    [[nodiscard]] static int agreeing(const Match& match) noexcept;
    /// The Call-ID or the branch is as it was sent.
    [[nodiscard]] static bool has_proof(const Match& match) noexcept {
        constexpr unsigned both = Field::call_id | Field::branch;
        return match.slot != no_slot && (match.disagree & both) != both;
    }
    [[nodiscard]] Claim claim_of(const wire::Response& response) const noexcept;
    /// The probe of this Call-ID, which came to this socket.
    [[nodiscard]] std::uint32_t slot_of(std::uint64_t call_id, std::uint32_t socket) const noexcept;
    /// How the claim compares with the probe of this Call-ID, if we keep one.
    [[nodiscard]] Match compare(std::uint64_t call_id, const Claim& claim,
                                std::uint32_t socket) const noexcept;

    ProbeTable& table_;
    const wire::IdentitySource& identities_;
    std::string site_;
};

}  // namespace sipping::match
