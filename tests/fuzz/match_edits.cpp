// How the fuzzer spoils answers: each text that carries an identity becomes another probe's, a
// nearly right one, or the fuzzer's own.
#include "match_oracle.hpp"

namespace sipping::fuzz {
namespace {

std::string edited(const std::string& right, const std::string& other, FuzzInput& input) {
    switch (input.below(8)) {
        case 0:
        case 1:
        case 2: return right;
        case 3: return other;
        case 4: {
            std::string text = right;
            const std::size_t at = input.below(text.size());
            text[at] = static_cast<char>(text[at] ^ (1 << input.below(8)));
            return text;
        }
        case 5: return right + std::string(input.text());
        case 6: return right.substr(0, input.below(right.size()));
        default: return std::string(input.text());
    }
}

void replace(std::string& text, const std::string& what, const std::string& by) {
    const std::size_t at = text.find(what);
    if (at != std::string::npos) text.replace(at, what.size(), by);
}

/// Sometimes: what devices do to SIP, or whatever comes into somebody's mind.
void spoil(std::string& text, FuzzInput& input) {
    switch (input.byte()) {
        case 255: {
            const std::string_view own = input.text();
            text.replace(input.below(text.size()), own.size(), own);
            break;
        }
        case 254: replace(text, "To:", "Server x\r\nTo:"); break;
        case 253: replace(text, "Length: 0", "Length: 99"); break;
        case 252: text.insert(0, 4, '\0'); break;
        case 251: text.resize(text.size() - input.below(text.size())); break;
        case 250: replace(text, ";rport", ";;rport;"); break;
        case 249: replace(text, ";tag=", ";\"tag="); break;
        case 248: std::erase(text, '\n'); break;
        case 247: replace(text, "Call-ID:", "Call-ID"); break;
        case 246: replace(text, "SIP/2.0 ", "SIP/2.0  "); break;
        case 245: replace(text, "SIP/2.0 ", "OPTIONS sip:a SIP/2.0\r\nX: "); break;
        default: break;
    }
}

}  // namespace

const Probe& recent(const std::vector<Probe>& probes, std::uint8_t which) {
    return probes[probes.size() - 1 - which % probes.size()];
}

Edited edited_answer(const std::vector<Probe>& probes, FuzzInput& input) {
    const Probe& probe = recent(probes, input.byte());
    const Probe& other = recent(probes, input.byte());
    const std::uint8_t edits = input.byte();  // which texts are not as they were
    Edited answer{.text = {}, .socket = probe.socket, .from = probe.asked};
    std::string via = probe.via;
    std::string from = probe.from;
    std::string call_id = probe.call_id;
    std::string cseq = probe.cseq;
    if ((edits & 1) != 0) call_id = edited(call_id, other.call_id, input);
    if ((edits & 2) != 0) replace(via, probe.branch, edited(probe.branch, other.branch, input));
    if ((edits & 4) != 0) replace(from, probe.tag, edited(probe.tag, other.tag, input));
    if ((edits & 8) != 0) cseq = edited(cseq, other.cseq, input);
    if ((edits & 16) != 0) answer.socket = static_cast<std::uint32_t>(input.below(4));
    if ((edits & 32) != 0) answer.from = other.asked;
    if ((edits & 64) != 0) answer.from.port ^= 1;
    const std::uint64_t status = (edits & 128) != 0 ? 100 + input.below(600) : 200;
    answer.text = "SIP/2.0 " + std::to_string(status) + " Fine\r\nVia: " + via +
                  "\r\nFrom: " + from + "\r\nTo: " + probe.to + ";tag=x\r\nCall-ID: " + call_id +
                  "\r\nCSeq: " + cseq + "\r\nContent-Length: 0\r\n\r\n";
    spoil(answer.text, input);
    return answer;
}

}  // namespace sipping::fuzz
