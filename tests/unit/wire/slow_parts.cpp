#include "slow_parts.hpp"

#include <algorithm>
#include <utility>

namespace sipping::wire::slow {

namespace {

const std::string blanks = " \t\r\n";

std::string long_name(const std::string& name) {
    for (const auto& [compact, full] : {std::pair{"v", "via"},
                                        {"f", "from"},
                                        {"t", "to"},
                                        {"i", "call-id"},
                                        {"l", "content-length"}})
        if (name == compact) return full;
    return name;
}

}  // namespace

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

std::string strip(const std::string& text) {
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string::npos) return "";
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

bool only(const std::string& text, const std::string& allowed) {
    return !text.empty() && text.find_first_not_of(allowed) == std::string::npos;
}

// The lines up to the empty one, unfolded only in that they are one string. `body` is what follows.
DecodeError read_lines(const std::string& text, std::vector<Line>& lines, std::string& body) {
    std::vector<std::string> raw;
    DecodeError error = DecodeError::ok;
    std::size_t at = 0;
    for (;;) {
        const std::size_t end = text.find('\n', at);
        if (end == std::string::npos) {
            // No line end, so not a line; and if it would continue one, that has no end either.
            const bool folded = at < text.size() && (text[at] == ' ' || text[at] == '\t');
            if (folded && !raw.empty()) raw.pop_back();
            error = DecodeError::bad_header;
            break;
        }
        std::string line = text.substr(at, end - at);
        at = end + 1;
        const bool folded = !line.empty() && (line[0] == ' ' || line[0] == '\t');
        if (folded && !raw.empty()) {
            raw.back() += "\n" + line;
        } else if (line.empty() || line == "\r") {
            break;
        } else {
            raw.push_back(line);
        }
    }
    if (error == DecodeError::ok) body = text.substr(at);
    for (const std::string& line : raw) {
        const std::size_t colon = line.find(':');
        const std::string name = line.substr(0, colon);
        if (colon == std::string::npos || strip(name).empty() ||
            blanks.find(name[0]) != std::string::npos)
            return DecodeError::bad_header;
        if (lines.size() == 512) return DecodeError::too_many_headers;
        lines.push_back({long_name(lower(strip(name))), strip(line.substr(colon + 1))});
    }
    return error;
}

const Line* first_of(const std::vector<Line>& lines, const std::string& name) {
    const auto found = std::find_if(lines.begin(), lines.end(),
                                    [&name](const Line& line) { return line.name == name; });
    return found == lines.end() ? nullptr : &*found;
}

}  // namespace sipping::wire::slow
