// Encodes OPTIONS requests: everything constant is rendered once per target, a probe only patches
// its identity and source port. Memory is the caller's; encode() never allocates.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sipping/wire/identity.hpp"

namespace sipping::wire {

/// Largest request we make. RFC 3261 section 18.1.1 wants TCP above 1300 bytes; see max_size().
inline constexpr std::size_t request_capacity = 4096;

/// What a user may set; empty means the default named.
struct RequestFields {
    std::string target_host;       ///< host[:port] for the Request-URI and To, v6 in brackets
    std::string target_user;       ///< user part of Request-URI and To; empty: none (section 11)
    std::string request_uri;       ///< whole Request-URI; default sip:[user@]target_host
    std::string to;                ///< To value; default <request_uri>
    std::string from;              ///< From value without tag; default "SIP Ping" <sip:user@domain>
    std::string user = "sipping";  ///< user part of From and Contact
    std::string domain = "sipping.invalid";
    std::string contact;   ///< Contact value; default <sip:user@via_host:port>; "none": no Contact
    std::string via_host;  ///< our address as it stands in Via, v6 in brackets
    std::string user_agent;  ///< default: none sent (the app sets "sipping/VERSION")
    /// "Name: value" lines. One that we send too takes its place (user_headers.hpp), with an empty
    /// value it is left out; the others are further ones.
    std::vector<std::string> headers;
    std::string site;  ///< non-empty: Call-ID is digits@site
    std::uint8_t max_forwards = 70;
};

/// How a message names a field that is wrong: "--from 'x'", or "from='x'" behind a target.
enum class GivenAs : std::uint8_t { option, word };

class RequestTemplate {
public:
    /// Empty string: fine; else what is wrong with the fields, for the user ("--header 'X': has no
    /// colon"). Rejects CR, LF and other controls everywhere, zones, oversized results, and headers
    /// that a request must have or that sipping needs to know an answer by (Via, From, Call-ID,
    /// CSeq).
    [[nodiscard]] static std::string check(const RequestFields& fields,
                                           GivenAs given = GivenAs::option);

    /// Throws std::invalid_argument with check()'s message.
    explicit RequestTemplate(const RequestFields& fields);

    /// Our address as it stands in Via (and in Contact, where that is the default).
    [[nodiscard]] std::string_view via_host() const noexcept {
        return std::string_view(text_).substr(via_at_, via_size_);
    }
    /// Puts another one there. False, and nothing is changed, when the request gets too long.
    [[nodiscard]] bool set_via_host(std::string_view via_host);

    /// Bytes of the longest request this can make; at most request_capacity.
    [[nodiscard]] std::size_t max_size() const noexcept { return max_size_; }

    /// Writes the request into `out` (at least max_size() bytes), returns its length.
    /// `port` is the port of the very socket used (section 18.1.1); it stands in Via and Contact.
    [[nodiscard]] std::size_t encode(const Identity& identity, std::uint16_t port,
                                     std::span<char> out) const noexcept;

private:
    enum class Field : std::uint8_t { end, port, call_id, branch, from_tag, cseq };
    struct Segment {
        std::uint32_t offset;  ///< literal text in text_ ...
        std::uint32_t length;
        Field field;  ///< ... followed by this field
    };

    RequestTemplate() = default;
    [[nodiscard]] static std::size_t longest(Field field) noexcept;
    void render(const RequestFields& fields);
    /// The user's headers of that name, without those that are empty. False: there are none.
    bool add_users(const RequestFields& fields, std::string_view name);
    void add_contact(const RequestFields& fields);
    void add(std::string_view literal) { text_ += literal; }
    void replace(std::size_t at, std::string_view text);  ///< for via_size_ bytes of one segment
    void add(Field field);                                ///< ends the current segment

    std::string text_;
    std::vector<Segment> segments_;
    std::size_t max_size_ = 0;
    std::uint32_t via_at_ = 0;  ///< where our address stands in text_ ...
    std::uint32_t via_size_ = 0;
    std::uint32_t contact_at_ = 0;  ///< ... and once more; 0: it does not
};

/// Text of the branch parameter: "z9hG4bK" + ten digits + 16 hex digits.
inline constexpr std::size_t branch_size = 7 + 10 + 16;
void write_branch(const Identity& identity, std::span<char, branch_size> out) noexcept;
inline constexpr std::size_t call_id_in_branch = 7;  ///< where its digits begin

}  // namespace sipping::wire
