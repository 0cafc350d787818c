#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pki/content_rules.hpp"

namespace cadenas::pki {

/// Findings as the rules add them.
class FindingList {
 public:
  void error(std::string code, std::string message, std::string field) {
    add(Severity::error, std::move(code), std::move(message), std::move(field));
  }
  void warning(std::string code, std::string message, std::string field) {
    add(Severity::warning, std::move(code), std::move(message), std::move(field));
  }
  void add(Severity severity, std::string code, std::string message, std::string field) {
    findings_.push_back({severity, {std::move(code), std::move(message), std::move(field)}});
  }
  /// About `field`.
  bool has_error(std::string_view code, std::string_view field) const {
    return std::any_of(findings_.begin(), findings_.end(), [&](const Finding& finding) {
      return finding.severity == Severity::error && finding.error.code == code && finding.error.field == field;
    });
  }
  std::vector<Finding> take() { return std::move(findings_); }

 private:
  std::vector<Finding> findings_;
};

}  // namespace cadenas::pki
