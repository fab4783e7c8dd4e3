#include "sipping/page/report_page.hpp"

#include <gtest/gtest.h>

#include "sipping/page/page_parts.hpp"

namespace sipping::page {
namespace {

TEST(ReportPage, PutsTheDataBetweenTheHalves) {
    const std::string page = report_page(R"({"a":1})");
    EXPECT_EQ(page, std::string(before_data) + R"({"a":1})" + std::string(after_data));
    EXPECT_TRUE(before_data.ends_with(R"(<script type="application/json" id="data">)"));
    EXPECT_TRUE(after_data.starts_with("</script>"));
}

TEST(ReportPage, NothingInTheDataEndsItsElement) {
    const std::string page = report_page(R"({"a":"</script><!-- <"})");
    EXPECT_NE(page.find(R"({"a":"\u003c/script>\u003c!-- \u003c"})"), std::string::npos);
}

TEST(ReportPage, HasThePolicyAndTheLicence) {
    EXPECT_NE(before_data.find("default-src 'none'; script-src 'sha256-"), std::string_view::npos);
    EXPECT_NE(after_data.find("Copyright (c) 2022 Leon Sorokin"), std::string_view::npos);
    EXPECT_EQ(report_page("{}").find("{{"), std::string::npos);
}

}  // namespace
}  // namespace sipping::page
