#include "alarms/snmp_library.hpp"

#include <algorithm>
#include <clocale>
#include <string>
#include <string_view>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include "base/log.hpp"

namespace cadenas::alarms {

namespace {

// Its messages name errors, addresses and object names; packets, keys and communities it has for its debugging output
// alone, which stays off.
int write_to_log(int, int, void* message, void*) {
  constexpr std::size_t longest = 256;
  std::string_view text = static_cast<const snmp_log_message*>(message)->msg;
  text = text.substr(0, std::min(text.find_last_not_of('\n') + 1, longest));
  base::log::debug("snmp.library", {{"message", text}});
  return 0;
}

void make_ready() {
  // First the log, so that nothing of what follows is printed.
  snmp_disable_log();
  snmp_enable_calllog();
  snmp_register_callback(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_LOGGING, write_to_log, nullptr);
  for (const int on : {NETSNMP_DS_LIB_DONT_READ_CONFIGS, NETSNMP_DS_LIB_DONT_PERSIST_STATE,
                       NETSNMP_DS_LIB_DISABLE_PERSISTENT_LOAD, NETSNMP_DS_LIB_DISABLE_PERSISTENT_SAVE,
                       NETSNMP_DS_LIB_DONT_LOAD_HOST_FILES, NETSNMP_DS_LIB_ALARM_DONT_USE_SIG}) {
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, on, 1);
  }
  // Folders that even root cannot make. No MIB is read, as what we send is numbers, and no index of certificates kept.
  for (const int folder : {NETSNMP_DS_LIB_MIBDIRS, NETSNMP_DS_LIB_PERSISTENT_DIR, NETSNMP_DS_LIB_CONFIGURATION_DIR}) {
    netsnmp_ds_set_string(NETSNMP_DS_LIBRARY_ID, folder, "/dev/null/none");
  }
  netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_MIB_ERRORS, 0);
  // It takes the process to the locale of the environment, which is ours to choose.
  const std::string locale = std::setlocale(LC_ALL, nullptr);
  init_snmp("cadenas");
  std::setlocale(LC_ALL, locale.c_str());
}

}  // namespace

std::unique_lock<std::mutex> use_snmp_library() {
  static std::mutex mutex;
  static const bool ready = [] {
    make_ready();
    return true;
  }();
  static_cast<void>(ready);
  return std::unique_lock(mutex);
}

}  // namespace cadenas::alarms
