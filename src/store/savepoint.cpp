#include "store/savepoint.hpp"

namespace cadenas::store {

Savepoint::Savepoint(soci::session& sql)
    : sql_(sql), set_((sql.prepare << "SAVEPOINT operation")), release_((sql.prepare << "RELEASE operation")) {}

void Savepoint::set() {
  set_.execute(true);
}

void Savepoint::release() {
  release_.execute(true);
}

void Savepoint::undo() noexcept {
  try {
    sql_ << "ROLLBACK TO operation";
    release_.execute(true);
  } catch (const std::exception&) {
    // There is no savepoint any more: the transaction is gone, which is what was wanted.
  }
}

}  // namespace cadenas::store
