#include "pki/ocsp_cache.hpp"

#include <utility>

#include "base/atomic_file.hpp"
#include "base/read_file.hpp"
#include "pki/http_download.hpp"

namespace cadenas::pki {
namespace {

bool is_due(const OcspAnswer& answer, base::WallTime now) {
  return now >= answer.this_update + (answer.until - answer.this_update) / 2;
}

}  // namespace

OcspCache::OcspCache(std::filesystem::path file, const base::Clock& clock, Ask ask)
    : file_(std::move(file)), clock_(clock), ask_(std::move(ask)) {}

OcspState OcspCache::kept(const Identity& identity) const {
  OcspState out;
  const auto responders = ocsp_responders(identity.leaf());
  const Certificate* issuer = identity.issuer();
  if (responders.empty() || issuer == nullptr) return out;
  out.responder = responders.front();
  // A file that was changed, is of a certificate before or out of date is as good as none.
  const auto octets = base::read_file(file_, largest_ocsp_answer);
  if (!octets) return out;
  if (auto answer = read_ocsp_answer(*octets, identity.leaf(), *issuer, clock_.now())) out.answer = *std::move(answer);
  return out;
}

OcspState OcspCache::get(const Identity& identity) {
  OcspState out = kept(identity);
  if (out.responder.empty() || (out.answer && !is_due(*out.answer, clock_.now()))) return out;
  const Certificate& issuer = *identity.issuer();
  const auto octets = ocsp_request(identity.leaf(), issuer).and_then([&](const base::Bytes& request) {
    return ask_(out.responder, request);
  });
  auto answer = octets.and_then(
      [&](const base::Bytes& got) { return read_ocsp_answer(got, identity.leaf(), issuer, clock_.now()); });
  if (!answer) {
    out.problem = answer.error();
    if (out.problem->field.empty()) out.problem->field = out.responder;
    return out;
  }
  // A responder behind a cache may give an older one again.
  if (out.answer && out.answer->this_update > answer->this_update) return out;
  if (const auto written = base::replace_file(file_, *octets, 0644); !written) out.problem = written.error();
  out.answer = *std::move(answer);
  return out;
}

base::Result<base::Bytes> ask_ocsp_responder(const std::string& uri, const base::Bytes& request,
                                             base::Millis patience) {
  const Posted posted{"application/ocsp-request", request};
  return download(uri, {"ocsp", "OCSP answer"}, {.octets = largest_ocsp_answer, .patience = patience}, &posted);
}

}  // namespace cadenas::pki
