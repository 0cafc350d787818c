#include "alarms/kind.hpp"

#include <algorithm>
#include <array>

namespace cadenas::alarms {

namespace {

constexpr std::array<Kind, 16> catalogue{{
    {"certificate.expired", Severity::major, "Certificat expiré", "Certificate expired",
     "Import or regenerate the certificate (menu 2.4.1): until then voice is not encrypted."},
    {"certificate.expiring", Severity::warning, "Certificat bientôt expiré", "Certificate about to expire",
     "Import a new certificate before the end of this one (menu 2.4.1)."},
    {"certificate.not-yet-valid", Severity::major, "Certificat pas encore valide", "Certificate not yet valid",
     "Check the clock of the system, then the dates of the certificate (menu 2.4.1)."},
    {"certificate.missing", Severity::critical, "Aucun certificat en service", "No certificate in service",
     "Regenerate the certificate or import one (menu 2.4.1)."},
    {"certificate.revoked", Severity::critical, "Certificat révoqué", "Certificate revoked",
     "Ask the CA for a new certificate and import it (menu 2.4.1)."},
    {"crl.missing", Severity::major, "Liste de révocation absente", "Revocation list missing",
     "Load the revocation list of the certification authority (menu 2.4.1)."},
    {"crl.stale", Severity::minor, "Liste de révocation périmée", "Revocation list out of date",
     "Fetch a newer revocation list from the certification authority (menu 2.4.1)."},
    {"clock.unsynchronised", Severity::major, "Horloge non synchronisée", "Clock not synchronised",
     "Check the time server: certificates are judged by this clock."},
    {"bothway.no-certificate", Severity::critical, "BOTHWAY sans certificat", "BOTHWAY without certificate",
     "Import an external certificate, or leave the mode BOTHWAY."},
    {"licence.missing", Severity::major, "Licence de chiffrement absente", "Encryption licence missing",
     "Enter the unlock key (menu 2.1.3)."},
    {"media.relay-down", Severity::major, "Relais de voix injoignable", "Media relay not answering",
     "Start the rtpengine again and check the control link to it (cadenas media)."},
    {"eip.out-of-service", Severity::major, "Carte EIP hors service", "Media board out of service",
     "Take the media board into service again (menu 2.3.4.2, cadenas eip in)."},
    {"eip.address-conflict", Severity::critical, "Conflit d'adresse IP de l'EIP", "Address conflict of the media board",
     "Give the other machine, or the media board ([media] bind_ip4), another address."},
    {"eip.address-missing", Severity::critical, "Adresse IP de l'EIP absente", "Address of the media board missing",
     "Put the address ([media] bind_ip4, bind_ip6) on an interface of this machine."},
    {"tdm.shelf-missing", Severity::major, "Carte TDM absente", "TDM shelf missing",
     "Look at the line card, and that it reaches the socket of the TDM bus ([tdm] socket)."},
    {"snmp.unreachable", Severity::minor, "Destination SNMP injoignable", "SNMP destination unreachable",
     "Check address, user and passwords of the destination, and that it listens."},
}};

}  // namespace

std::span<const Kind> kinds() {
  return catalogue;
}

const Kind* find_kind(std::string_view code) {
  const auto* found = std::find_if(catalogue.begin(), catalogue.end(), [&](const Kind& k) { return k.code == code; });
  return found == catalogue.end() ? nullptr : found;
}

}  // namespace cadenas::alarms
