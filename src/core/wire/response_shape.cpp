#include "sipping/wire/response_shape.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "sipping/wire/header.hpp"
#include "sipping/wire/identity.hpp"
#include "sipping/wire/params.hpp"
#include "sipping/wire/text.hpp"

namespace sipping::wire {
namespace {

constexpr auto npos = std::string_view::npos;

/// Decimal digits and nothing else, below `limit`.
bool read_digits(std::string_view text, std::uint64_t limit, std::uint64_t& value) noexcept {
    constexpr std::size_t digits_that_fit = 19;
    if (text.size() > digits_that_fit) return false;
    value = 0;
    for (const char c : text) {
        const auto digit = static_cast<unsigned char>(c - '0');
        if (digit > 9) return false;
        value = value * 10 + digit;
    }
    return value < limit;
}

constexpr std::uint64_t each_byte(std::uint64_t byte) noexcept {
    return byte * 0x0101010101010101U;
}

/// Of eight bytes: one is below '0' or a semicolon.
bool ends_a_word(const char* at) noexcept {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, at, sizeof bytes);
    const std::uint64_t semicolon = bytes ^ each_byte(';');
    const std::uint64_t below = (bytes - each_byte('0')) & ~bytes;
    const std::uint64_t equal = (semicolon - each_byte(1)) & ~semicolon;
    return ((below | equal) & each_byte(0x80)) != 0;
}

/// No byte that ends a parameter's value or begins a quoted one, nor any other below '0': narrower
/// than what decode_response() takes, and as wide as what we send.
bool is_word(std::string_view text) noexcept {
    if (text.size() < 8) {
        bool fine = true;
        for (const char c : text)
            fine &= static_cast<unsigned char>(c) >= '0' && c != ';';
        return fine;
    }
    const char* const last = text.data() + text.size() - 8;
    for (const char* at = text.data(); at < last; at += 8)
        if (ends_a_word(at)) return false;
    return !ends_a_word(last);
}

std::string_view between(const char* begin, const char* end) noexcept {
    return {begin, static_cast<std::size_t>(end - begin)};
}

/// All views of a response but To, which has a length of its own each time.
std::array<std::string_view*, 11> views_of(Response& response) noexcept {
    return {&response.status_line,   &response.reason,   &response.top_via,
            &response.via.transport, &response.via.host, &response.via.branch,
            &response.via.received,  &response.call_id,  &response.from_tag,
            &response.cseq_method,   &response.body};
}

}  // namespace

/// Where the fields of a response stand that change from one to the next.
class ResponseShape::Finder {
public:
    Finder(std::string_view datagram, const Response& response) noexcept
        : datagram_(datagram), response_(response) {}

    struct Found {
        std::string_view text;
        Field field{};
    };

    /// False: it has no shape.
    [[nodiscard]] bool find() noexcept {
        return find_via() && find_call_id() && find_cseq() && find_tag() && find_lines() && sort();
    }
    [[nodiscard]] const std::array<Found, fields_max>& fields() const noexcept { return fields_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
    bool add(std::string_view text, Field field) noexcept {
        if (size_ == fields_max) return false;
        fields_[size_++] = {text, field};
        return true;
    }
    bool find_via() noexcept {
        if (!response_.has_via) return true;
        std::string_view rest = response_.top_via;
        Via via;
        if (!take_sent_by(rest, via)) return false;
        if (via.port != 0) {
            const std::string_view before =
                trim(between(via.host.data() + via.host.size(), rest.data()));
            std::size_t digits = before.size();
            while (digits > 0 && is_digit(before[digits - 1]))
                --digits;
            if (!add(before.substr(digits), Field::via_port)) return false;
        }
        if (!via_word(response_.via.branch)) return false;
        ParamReader params(rest);
        Param param;
        while (params.next(param))
            if (is_param(param, "rport"))
                return response_.via.rport == 0 || add(param.value, Field::rport);
        return true;
    }
    bool via_word(std::string_view text) noexcept {
        return text.empty() || (is_word(text) && add(text, Field::word));
    }
    bool find_call_id() noexcept {
        return call_id_number(response_.call_id) != 0 &&
               add(response_.call_id.substr(0, call_id_digits), Field::call_id);
    }
    bool find_cseq() noexcept {
        if (response_.cseq_method.empty()) return true;
        const char* end = response_.cseq_method.data();
        while (is_lws(end[-1]))
            --end;
        const char* begin = end;
        while (is_digit(begin[-1]))
            --begin;
        return add(between(begin, end), Field::cseq);
    }
    bool find_tag() noexcept { return via_word(response_.from_tag); }

    /// To, of which nothing is read, and the first Date.
    bool find_lines() noexcept {
        if (response_.to.data() != nullptr && !add_line(response_.to.data())) return false;
        const std::string_view rest = between(datagram_.data(), response_.body.data());
        for (std::size_t at = rest.find('\n'); at != npos; at = rest.find('\n', at + 1))
            if (equals_nocase(rest.substr(at + 1, 5), "date:"))
                return add_line(rest.data() + at + 1 + 5);
        return true;
    }
    bool add_line(const char* begin) noexcept {
        const std::string_view rest = between(begin, datagram_.data() + datagram_.size());
        const std::size_t end = rest.find('\n');
        if (end == npos || end + 1 >= rest.size()) return false;
        if (rest[end + 1] == ' ' || rest[end + 1] == '\t') return false;  // folded
        return add(rest.substr(0, end), Field::rest_of_line);
    }
    bool sort() noexcept {
        const auto end = fields_.begin() + static_cast<std::ptrdiff_t>(size_);
        std::sort(fields_.begin(), end,
                  [](const Found& a, const Found& b) { return a.text.data() < b.text.data(); });
        for (std::size_t i = 1; i < size_; ++i)  // no field within another
            if (fields_[i - 1].text.data() + fields_[i - 1].text.size() > fields_[i].text.data())
                return false;
        return true;
    }

    std::string_view datagram_;
    const Response& response_;
    std::array<Found, fields_max> fields_{};
    std::size_t size_ = 0;
};

void ResponseShape::learn(std::string_view datagram, const Response& response) noexcept {
    known_ = false;
    if (datagram.size() > size_max) return;
    Finder finder(datagram, response);
    if (!finder.find()) return;
    std::copy(datagram.begin(), datagram.end(), text_.begin());
    std::size_t at = 0;
    for (std::size_t i = 0; i <= finder.size(); ++i) {
        const bool last = i == finder.size();
        const auto found = last ? Finder::Found{datagram.substr(datagram.size()), Field::none}
                                : finder.fields()[i];
        const auto begin = static_cast<std::size_t>(found.text.data() - datagram.data());
        pieces_[i] = {.begin = static_cast<std::uint16_t>(at),
                      .size = static_cast<std::uint16_t>(begin - at),
                      .field_size = static_cast<std::uint16_t>(found.text.size()),
                      .field = found.field};
        at = begin + found.text.size();
    }
    constants_ = response;
    const auto views = views_of(constants_);
    for (std::size_t i = 0; i < views.size(); ++i) {
        const bool there = views[i]->data() != nullptr;
        views_[i] = {static_cast<std::uint16_t>(there ? views[i]->data() - datagram.data() : 0),
                     static_cast<std::uint16_t>(views[i]->size())};
    }
    const bool has_to = response.to.data() != nullptr;
    to_at_ = has_to ? static_cast<std::size_t>(response.to.data() - datagram.data()) : 0;
    known_ = true;
}

/// By how much what stands behind lines of other length has moved.
class ResponseShape::Moves {
public:
    void add(const Piece& piece, std::size_t size) noexcept {
        behind_[count_] = std::size_t{piece.begin} + piece.size;
        by_[count_++] = size - piece.field_size;
    }
    [[nodiscard]] std::size_t now(std::size_t at) const noexcept {
        std::size_t moved = at;
        for (std::size_t i = 0; i < behind_.size(); ++i)
            if (at > behind_[i]) moved += by_[i];
        return moved;
    }

private:
    std::array<std::size_t, 2> behind_{SIZE_MAX, SIZE_MAX};  // To, Date
    std::array<std::size_t, 2> by_{};
    std::size_t count_ = 0;
};

std::size_t ResponseShape::take_field(const Piece& piece, std::string_view rest,
                                      Response& response) noexcept {
    constexpr std::uint64_t port_limit = 65536;
    constexpr std::uint64_t cseq_limit = std::uint64_t{1} << 31;
    if (piece.field == Field::rest_of_line) return rest.find('\n');
    const std::size_t size = piece.field_size;
    if (rest.size() < size) return npos;
    const std::string_view text(rest.data(), size);
    std::uint64_t number = 0;
    bool fine = false;
    switch (piece.field) {
        case Field::word: fine = is_word(text); break;
        case Field::call_id: fine = read_digits(text, ~std::uint64_t{0}, number); break;
        case Field::cseq:
            fine = read_digits(text, cseq_limit, number);
            response.cseq = static_cast<std::uint32_t>(number);
            break;
        case Field::via_port:
            fine = read_digits(text, port_limit, number) && number != 0;
            response.via.port = static_cast<std::uint16_t>(number);
            break;
        case Field::rport:
            fine = read_digits(text, port_limit, number) && number != 0;
            response.via.rport = static_cast<std::uint16_t>(number);
            break;
        case Field::none:
        case Field::rest_of_line: break;
    }
    return fine ? size : npos;
}

bool ResponseShape::read(std::string_view datagram, Response& response) const noexcept {
    if (!known_) return false;
    response = constants_;
    Moves moves;
    std::string_view rest = datagram;
    for (const Piece& piece : pieces_) {
        if (rest.size() < piece.size ||
            std::memcmp(rest.data(), text_.data() + piece.begin, piece.size) != 0)
            return false;
        rest.remove_prefix(piece.size);
        if (piece.field == Field::none) break;
        const std::size_t size = take_field(piece, rest, response);
        if (size == npos) return false;
        if (piece.field == Field::rest_of_line) {
            if (std::size_t{piece.begin} + piece.size == to_at_)
                response.to = trim({rest.data(), size});
            moves.add(piece, size);
        }
        rest.remove_prefix(size);
    }
    if (!rest.empty()) return false;
    const auto views = views_of(response);
    for (std::size_t i = 0; i < views.size(); ++i)
        if (views[i]->data() != nullptr)
            *views[i] = {datagram.data() + moves.now(views_[i].begin), views_[i].size};
    return true;
}

std::uint8_t ResponseShapes::note(std::uint8_t hint, std::string_view datagram,
                                  const Response& response) noexcept {
    if (misses_ >= misses_in_a_row && ++misses_ % learn_every != 0) return hint;
    Response again;
    for (std::uint8_t i = 0; i < capacity; ++i)
        if (i != hint && shapes_[i].read(datagram, again)) {
            misses_ = 0;
            return i;
        }
    ++misses_;
    shapes_[next_].learn(datagram, response);
    return std::exchange(next_, static_cast<std::uint8_t>((next_ + 1) % capacity));
}

}  // namespace sipping::wire
