#pragma once

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>
#include <stdlib.h>

#include "store/database.hpp"

namespace cadenas::store {

/// A folder of its own for each test, gone afterwards.
class TemporaryDatabase : public testing::Test {
 protected:
  TemporaryDatabase() {
    std::string name = (std::filesystem::temp_directory_path() / "cadenas-store-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
    folder_ = name;
  }
  ~TemporaryDatabase() override { std::filesystem::remove_all(folder_); }

  std::string file() const { return (folder_ / "cadenas.db").string(); }
  std::unique_ptr<Database> opened(Retention retention = {}) const {
    auto database = Database::open(file(), retention);
    if (!database) throw std::runtime_error(database.error().code);
    return *std::move(database);
  }

  static Subscription subscription(std::string number) {
    Subscription s;
    s.credentials = digest_credentials(number, "cadenas", "correct horse " + number);
    s.number = std::move(number);
    s.display_name = "Zoé";
    return s;
  }

  std::filesystem::path folder_;
};

/// The code of an error, or "ok": what a test compares.
template <class T>
std::string code_of(const base::Result<T>& result) {
  return result ? "ok" : result.error().code;
}

}  // namespace cadenas::store
