// A response looks like the one before but for a few fields: branch, ports, tags, Call-ID, CSeq and
// what stands in To and Date. A shape is the last response with the places of these fields; another
// one that is the same everywhere else is read by comparing, with exactly the result of
// read_response() (lenient.hpp). Anything that differs goes the ordinary way, and becomes the new
// shape. Targets of one make share a shape, since what tells them apart stands in To.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "sipping/wire/response.hpp"

namespace sipping::wire {

class ResponseShape {
public:
    static constexpr std::size_t size_max = 1024;  ///< of a response; longer ones have no shape
    static constexpr std::size_t fields_max = 10;

    /// `response` is what decode_response() read out of `datagram`, without an error. When it has
    /// no shape (too long, not of our form, a folded To), read() is false until it learns another.
    void learn(std::string_view datagram, const Response& response) noexcept;

    /// False: `datagram` has another shape, or a field holds what it may not; `response` is then
    /// unspecified.
    [[nodiscard]] bool read(std::string_view datagram, Response& response) const noexcept;

private:
    enum class Field : std::uint8_t {
        none,      ///< the end
        word,      ///< so many bytes that end no parameter: branch, tag
        call_id,   ///< ten digits
        cseq,      ///< so many digits, below 2^31
        via_port,  ///< so many digits, a port
        rport,     ///< so many digits, a port
        rest_of_line,
    };
    struct Piece {  ///< literal text, then a field
        std::uint16_t begin = 0;
        std::uint16_t size = 0;
        std::uint16_t field_size = 0;
        Field field{};
    };
    struct Place {  ///< of a view, in the text kept
        std::uint16_t begin = 0;
        std::uint16_t size = 0;
    };
    class Finder;
    class Moves;

    /// Reads a field of `piece` at the front of `rest`; its size, or npos.
    [[nodiscard]] static std::size_t take_field(const Piece& piece, std::string_view rest,
                                                Response& response) noexcept;

    std::array<char, size_max> text_;
    std::array<Piece, fields_max + 1> pieces_;
    std::array<Place, 11> views_;  ///< in the order of views_of()
    std::size_t to_at_ = 0;        ///< where the value of To begins in the text kept; 0: no To
    Response constants_;           ///< what is neither view nor field
    bool known_ = false;
};

/// The shapes of all targets, few and in the cache. Which one a target's last response had is
/// remembered by a hint of one byte, kept by the caller.
class ResponseShapes {
public:
    static constexpr std::size_t capacity = 16;
    /// Responses of ever new shapes are not learnt each time, which would cost more than it saves.
    static constexpr std::uint32_t misses_in_a_row = 32;
    static constexpr std::uint32_t learn_every = 64;

    /// As ResponseShape::read(), with the shape of the hint.
    [[nodiscard]] bool read(std::uint8_t hint, std::string_view datagram,
                            Response& response) noexcept {
        if (!shapes_[hint % capacity].read(datagram, response)) return false;
        misses_ = 0;
        return true;
    }
    /// It was read the ordinary way. Looks for its shape, learns it when it is new; the new hint.
    [[nodiscard]] std::uint8_t note(std::uint8_t hint, std::string_view datagram,
                                    const Response& response) noexcept;

private:
    std::array<ResponseShape, capacity> shapes_{};
    std::uint8_t next_ = 0;     ///< to be overwritten
    std::uint32_t misses_ = 0;  ///< in a row
};

}  // namespace sipping::wire
