#include "apps/process_hardening.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace cadenas::apps {

base::Result<void> forbid_core_dumps() {
  const rlimit none{0, 0};
  if (prctl(PR_SET_DUMPABLE, 0) == 0 && setrlimit(RLIMIT_CORE, &none) == 0) return {};
  return base::fail("process.core-dumps", "Core dumps, which would hold keys, cannot be switched off.");
}

std::uint64_t raise_open_files() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return 0;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  getrlimit(RLIMIT_NOFILE, &files);
  return files.rlim_cur;
}

}  // namespace cadenas::apps
