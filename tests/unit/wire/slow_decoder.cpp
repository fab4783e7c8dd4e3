#include "slow_decoder.hpp"

#include <algorithm>
#include <cctype>

#include "slow_parts.hpp"

namespace sipping::wire::slow {
namespace {

const std::string blanks = " \t\r\n";
const std::string digits = "0123456789";
const std::string token_chars =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.!%*_+`'~";

// Numbers as text: without leading zeros, compared by length first.
std::string normal(const std::string& number) {
    const std::size_t begin = number.find_first_not_of('0');
    return begin == std::string::npos ? "0" : number.substr(begin);
}

bool at_most(const std::string& number, const std::string& limit) {
    const std::string n = normal(number);
    return n.size() < limit.size() || (n.size() == limit.size() && n <= limit);
}

// Splits at `separator` outside quoted strings; nothing when a quote never ends.
std::optional<std::vector<std::string>> split(const std::string& text, char separator) {
    std::vector<std::string> parts{""};
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (quoted && text[i] == '\\') {
            parts.back() += text[i++];
            if (i == text.size()) return std::nullopt;
        } else if (text[i] == '"') {
            quoted = !quoted;
        } else if (!quoted && text[i] == separator) {
            parts.emplace_back();
            continue;
        }
        parts.back() += text[i];
    }
    if (quoted) return std::nullopt;
    return parts;
}

// "name", "name=value"; the value is one quoted string or has no blank, quote or separator.
bool add_param(const std::string& text, Params& params) {
    const std::string whole = strip(text);
    const std::size_t equals = whole.find('=');
    const std::string name = strip(whole.substr(0, equals));
    if (!only(name, token_chars)) return false;
    if (equals == std::string::npos) {
        params.emplace_back(lower(name), std::nullopt);
        return true;
    }
    const std::string value = strip(whole.substr(equals + 1));
    if (!value.empty() && value[0] == '"') {
        std::size_t end = 1;
        while (value.at(end) != '"')
            end += value[end] == '\\' ? 2U : 1U;
        if (end + 1 != value.size()) return false;
    } else if (value.find_first_of(blanks + "\",") != std::string::npos) {
        return false;
    }
    params.emplace_back(lower(name), value);
    return true;
}

bool read_sent_by(const std::string& text, Response& response) {
    const std::size_t first = text.find('/');
    if (first == std::string::npos) return false;
    const std::size_t second = text.find('/', first + 1);
    if (second == std::string::npos) return false;
    const std::string name = strip(text.substr(0, first));
    const std::string version = strip(text.substr(first + 1, second - first - 1));
    if (!only(name, token_chars) || !only(version, token_chars)) return false;
    const std::string rest = strip(text.substr(second + 1));
    const std::size_t blank = rest.find_first_of(blanks);
    if (blank == std::string::npos) return false;
    response.transport = rest.substr(0, blank);
    if (!only(response.transport, token_chars)) return false;
    std::string sent_by = strip(rest.substr(blank));
    if (sent_by.empty()) return false;
    std::size_t host_end = sent_by.find_first_not_of(token_chars);
    if (sent_by[0] == '[') {
        host_end = sent_by.find(']');
        if (host_end == std::string::npos) return false;
        if (!only(sent_by.substr(1, host_end - 1), token_chars + ":")) return false;
        ++host_end;
    }
    response.host = sent_by.substr(0, host_end);
    if (response.host.empty()) return false;
    sent_by = host_end == std::string::npos ? "" : strip(sent_by.substr(host_end));
    if (sent_by.empty()) return true;
    if (sent_by[0] != ':') return false;
    response.port = strip(sent_by.substr(1));
    return only(response.port, digits) && normal(response.port) != "0" &&
           at_most(response.port, "65535");
}

bool read_via(const std::string& value, Response& response) {
    // What comes after the first entry is not looked at, so it may have faults.
    std::string entry;
    bool quoted = false;
    for (std::size_t i = 0; i < value.size() && (quoted || value[i] != ','); ++i) {
        if (value[i] == '"') quoted = !quoted;
        entry += value[i];
        if (quoted && value[i] == '\\' && i + 1 < value.size()) entry += value[++i];
    }
    const auto parts = split(entry, ';');
    if (!parts || !read_sent_by(parts->front(), response)) return false;
    return std::all_of(parts->begin() + 1, parts->end(), [&response](const std::string& part) {
        return add_param(part, response.via_params);
    });
}

int count_vias(const std::string& value) {
    int count = 1;
    bool quoted = false;
    int in_quotes = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] == '"') {
            quoted = !quoted;
            in_quotes = 0;
        } else if (quoted && value[i] == '\\') {
            ++i;
        } else if (value[i] == ',') {
            quoted ? ++in_quotes : ++count;
        }
    }
    return count;
}

}  // namespace

bool read_tag(const std::string& value, std::string& tag) {
    tag.clear();
    // Hide quoted strings, so that brackets and semicolons in them cannot be mistaken.
    std::string masked = value;
    bool quoted = false;
    bool bracketed = false;
    bool in_params = false;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        if (bracketed) {
            if (c == '>') {
                bracketed = false;
                in_params = true;
            }
            continue;
        }
        if (quoted && c == '\\') {
            masked[i++] = 'q';
            if (i < value.size()) masked[i] = 'q';
        } else if (c == '"') {
            quoted = !quoted;
            masked[i] = 'q';
        } else if (quoted) {
            masked[i] = 'q';
        } else if (c == '<' && !in_params) {
            bracketed = true;
        } else if (c == ';') {
            in_params = true;
        }
    }
    if (quoted || bracketed) return false;
    const std::size_t bracket = masked.find('<');
    const std::size_t semicolon = masked.find(';');
    std::size_t end = std::min(semicolon, value.size());
    if (bracket != std::string::npos && bracket < end) {
        end = masked.find('>', bracket);
        if (end == std::string::npos) return false;
        ++end;
    }
    if (end == 0) return false;
    const std::string rest = strip(value.substr(end));
    if (rest.empty()) return true;
    if (rest[0] != ';') return false;
    Params params;
    const auto parts = split(rest.substr(1), ';');
    if (!parts) return false;
    for (const std::string& part : *parts)
        if (!add_param(part, params)) return false;
    for (const auto& [name, text] : params)
        if (name == "tag" && tag.empty()) tag = text.value_or("");
    return true;
}

namespace {

bool read_cseq(const std::string& value, Response& response) {
    const std::size_t blank = value.find_first_of(blanks);
    if (blank == std::string::npos) return false;
    const std::string number = value.substr(0, blank);
    const std::string method = strip(value.substr(blank));
    if (!only(number, digits) || !at_most(number, "2147483647") || !only(method, token_chars))
        return false;
    response.cseq = normal(number);
    response.cseq_method = method;
    return true;
}

void read_retry_after(const std::string& value, Response& response) {
    const std::size_t end = std::min(value.find_first_not_of(digits), value.size());
    const std::string rest = strip(value.substr(end));
    if (end == 0 || (!rest.empty() && rest[0] != ';' && rest[0] != '(')) return;
    if (at_most(value.substr(0, end), "2147483647"))
        response.retry_after_s = std::stoll(normal(value.substr(0, end)));
}

bool is_call_id(const std::string& value) {
    return !value.empty() && std::none_of(value.begin(), value.end(),
                                          [](char c) { return (c >= 0 && c <= ' ') || c == 127; });
}

// The fault in the earliest line counts.
struct Faults {
    const Line* line = nullptr;
    DecodeError error = DecodeError::ok;

    void add(const Line* at, DecodeError what) {
        if (line != nullptr && line < at) return;
        line = at;
        error = what;
    }
};

DecodeError read_length(const std::vector<Line>& lines, Faults& faults, std::string& body) {
    const Line* length = first_of(lines, "content-length");
    if (length == nullptr) return DecodeError::ok;
    for (const Line& line : lines) {
        if (line.name != "content-length") continue;
        if (!only(line.value, digits) || normal(line.value) != normal(length->value)) {
            faults.add(&line, DecodeError::bad_content_length);
            return DecodeError::ok;
        }
    }
    if (!at_most(length->value, std::to_string(body.size()))) return DecodeError::truncated;
    body.resize(std::stoul(normal(length->value)));
    return DecodeError::ok;
}

DecodeError read_start(const std::string& line, Response& response) {
    if (line.size() < 11 || lower(line.substr(0, 8)) != "sip/2.0 ")
        return DecodeError::bad_status_line;
    response.status = line.substr(8, 3);
    if (!only(response.status, digits) || response.status < "100" || response.status > "699")
        return DecodeError::bad_status_line;
    if (line.size() > 11 && line[11] != ' ') return DecodeError::bad_status_line;
    response.reason = line.size() > 11 ? line.substr(12) : "";
    return DecodeError::ok;
}

bool is_request(const std::string& line) {
    const std::string text = strip(line);
    const std::size_t first = text.find(' ');
    const std::size_t last = text.rfind(' ');
    if (first == std::string::npos || first == last || !only(text.substr(0, first), token_chars))
        return false;
    const std::string version = lower(text.substr(last + 1));
    return version.size() == 7 && version.starts_with("sip/") &&
           only(version.substr(4, 1), digits) && version[5] == '.' &&
           only(version.substr(6, 1), digits);
}

}  // namespace

std::optional<std::string> param(const Params& params, std::string_view name) {
    for (const auto& [key, value] : params)
        if (key == name) return value.value_or("");
    return std::nullopt;
}

Response decode(std::string_view datagram) {
    Response response;
    std::string text(datagram);
    if (text.find_first_not_of(std::string("\r\n\0", 3)) == std::string::npos) {
        response.error = DecodeError::keep_alive;
        return response;
    }
    text = text.substr(text.find_first_not_of("\r\n"));
    const std::size_t end = text.find('\n');
    std::string start = text.substr(0, end);
    if (end != std::string::npos && start.ends_with('\r')) start.pop_back();
    const bool sip = lower(start.substr(0, 4)) == "sip/";
    if (!sip) {
        response.error = end != std::string::npos && is_request(start) ? DecodeError::request
                                                                       : DecodeError::not_sip;
        return response;
    }
    response.error =
        end == std::string::npos ? DecodeError::bad_status_line : read_start(start, response);
    if (response.error != DecodeError::ok) return response;

    std::vector<Line> lines;
    const DecodeError broken = read_lines(text.substr(end + 1), lines, response.body);
    Faults faults;
    if (const Line* via = first_of(lines, "via"); via != nullptr && !read_via(via->value, response))
        faults.add(via, DecodeError::bad_via);
    for (const Line& line : lines)
        if (line.name == "via") response.via_count += count_vias(line.value);
    if (const Line* from = first_of(lines, "from");
        from != nullptr && !read_tag(from->value, response.from_tag))
        faults.add(from, DecodeError::bad_from);
    if (const Line* to = first_of(lines, "to");
        to != nullptr && !read_tag(to->value, response.to_tag))
        response.to_tag.clear();
    if (const Line* cseq = first_of(lines, "cseq");
        cseq != nullptr && !read_cseq(cseq->value, response))
        faults.add(cseq, DecodeError::bad_cseq);
    if (const Line* call_id = first_of(lines, "call-id"); call_id != nullptr) {
        response.call_id = call_id->value;
        if (!is_call_id(response.call_id)) faults.add(call_id, DecodeError::bad_call_id);
    }
    for (const Line& line : lines)
        if (line.name == "retry-after" && response.retry_after_s < 0)
            read_retry_after(line.value, response);
    const DecodeError length = read_length(lines, faults, response.body);
    response.error = faults.error != DecodeError::ok ? faults.error
                     : broken != DecodeError::ok     ? broken
                                                     : length;
    return response;
}

}  // namespace sipping::wire::slow
