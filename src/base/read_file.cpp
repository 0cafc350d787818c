#include "base/read_file.hpp"

#include <fstream>

namespace cadenas::base {

std::optional<Bytes> read_file(const std::filesystem::path& file, std::size_t largest) {
  std::error_code missing;
  const auto size = std::filesystem::file_size(file, missing);
  if (missing || size > largest) return std::nullopt;
  Bytes octets(size);
  std::ifstream in(file, std::ios::binary);
  if (!in.read(reinterpret_cast<char*>(octets.data()), static_cast<std::streamsize>(size))) return std::nullopt;
  return octets;
}

}  // namespace cadenas::base
