// Boost.Asio compiled once (BOOST_ASIO_SEPARATE_COMPILATION) in place of once in every file that includes it.
#include <boost/asio/impl/src.hpp>
