#pragma once

namespace cadenas::base {

/// Whether something (chrony, ntpd, systemd-timesyncd) keeps the system's clock to a reference, as the kernel says.
/// Certificates are judged by this clock.
bool clock_is_disciplined();

}  // namespace cadenas::base
