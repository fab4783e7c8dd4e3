// The RFC 4475 messages, sent to a responder: answered or refused, never harmed by.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "far_end.hpp"

namespace sipping::respond {
namespace {

std::map<std::string, std::string> messages() {
    std::map<std::string, std::string> all;
    for (const auto& file : std::filesystem::directory_iterator(RFC4475_DIR)) {
        if (file.path().extension() != ".dat") continue;
        std::ifstream stream(file.path(), std::ios::binary);
        all[file.path().stem()] = {std::istreambuf_iterator<char>(stream), {}};
    }
    return all;
}

TEST(Torture, AllMessagesAreThere) {
    EXPECT_EQ(messages().size(), 50U);
}

TEST(Torture, EachIsAnsweredOrRefused) {
    for (const auto& [name, text] : messages()) {
        SCOPED_TRACE(name);
        FarEnd far;
        far.arrives(text);
        const std::vector<Answer> answers = far.answers();
        const Counts& counts = far.counts();
        EXPECT_EQ(counts.answered + counts.other(), 1U);
        for (const Answer& answer : answers) {
            EXPECT_TRUE(answer.status_line() == "SIP/2.0 200 OK" ||
                        answer.status_line() == "SIP/2.0 501 Not Implemented");
            EXPECT_TRUE(answer.text.ends_with("\r\n\r\n"));
            EXPECT_FALSE(answer.has("\r\n "));  // folding is flattened
        }
        far.arrives(request("OPTIONS"));
        EXPECT_EQ(far.answers().size(), 1U) << "it still answers the next one";
    }
}

TEST(Torture, ResponsesAreNotAnswered) {
    const std::map<std::string, std::string> all = messages();
    for (const char* name : {"bcast", "bigcode", "noreason", "scalarlg", "unreason"}) {
        SCOPED_TRACE(name);
        FarEnd far;
        far.arrives(all.at(name));
        EXPECT_TRUE(far.answers().empty());
        EXPECT_EQ(far.counts().responses, 1U);
    }
}

TEST(Torture, OddButValidRequestsAreAnswered) {
    const std::map<std::string, std::string> all = messages();
    for (const char* name : {"semiuri", "cparam01", "cparam02", "unkscm", "unksm2", "zeromf",
                             "escnull", "transports", "intmeth", "longreq"}) {
        SCOPED_TRACE(name);
        FarEnd far;
        far.arrives(all.at(name));
        EXPECT_EQ(far.answers().size(), 1U);
    }
}

TEST(Torture, ContradictoryRequestsAreRefused) {
    const std::map<std::string, std::string> all = messages();
    for (const char* name : {"mismatch01", "mismatch02", "insuf", "mcl01", "ncl", "clerr"}) {
        SCOPED_TRACE(name);
        FarEnd far;
        far.arrives(all.at(name));
        EXPECT_TRUE(far.answers().empty());
        EXPECT_EQ(far.counts().malformed, 1U);
    }
}

}  // namespace
}  // namespace sipping::respond
