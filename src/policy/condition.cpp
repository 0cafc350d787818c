#include "policy/condition.hpp"

namespace cadenas::policy {

namespace {

constexpr std::string_view certificate_menu = "2.4.1 Service téléphonie>Système>Sécurité>Gestion des Certificats";
constexpr std::string_view certificate_where = "Web Admin, 2.4.1 System > Security > Certificates";

// In the order of Condition.
constexpr std::array<ConditionText, condition_count> texts{{
    {"policy.no-licence", "Encryption is not unlocked on this system.",
     "2.1.3 Service téléphonie>Système>Info>Licences, clé de déverrouillage",
     "Web Admin, 2.1.3 System > Licences: enter the unlock key", "RIGHT-1"},
    {"policy.no-right", "The subscription does not have the right to encryption.",
     "1.2.3 Service téléphonie>Abonnés>Abonnements>Caractéristiques, Droit au chiffrement",
     "Web Admin, 1.2.3 Subscribers > Subscriptions: right to encryption", "RIGHT-2"},
    {"policy.no-class-right", "The subscription's class of facility does not have the right to encryption.",
     "1.4.3 Service téléphonie>Abonnés>Droits>Classes de facilités, Droit au chiffrement",
     "Web Admin, 1.4.3 Subscribers > Rights > Classes of facility: right to encryption", "RIGHT-2"},
    {"policy.voice-encryption-off", "Voice encryption is off on this system.",
     "4.4.4 Service téléphonie>Réseau et liaisons>Qualité de service>Chiffrement et paramètres IP, Chiffrement voix",
     "Web Admin, 4.4.4 Network > Encryption and IP parameters: voice encryption", "RIGHT-3"},
    {"policy.inter-ipbx-off", "The other party is on another system and inter-iPBX encryption is off on this one.",
     "4.4.4 Service téléphonie>Réseau et liaisons>Qualité de service>Chiffrement et paramètres IP, "
     "Chiffrement inter-iPBX",
     "Web Admin, 4.4.4 Network > Encryption and IP parameters: inter-iPBX encryption", "RIGHT-4"},
    {"policy.inter-ipbx-off-remote", "Inter-iPBX encryption is off on the other party's system.",
     "4.4.4 (système distant) Service téléphonie>Réseau et liaisons>Qualité de service>Chiffrement et paramètres IP, "
     "Chiffrement inter-iPBX",
     "Web Admin of the other system, 4.4.4 Network > Encryption and IP parameters: inter-iPBX encryption", "RIGHT-4"},
    {"policy.terminal-cannot", "The terminal cannot do SRTP.",
     "1.2.3 Service téléphonie>Abonnés>Abonnements>Caractéristiques, type de terminal",
     "Web Admin, 1.2.3 Subscribers > Subscriptions: the terminal's kind; only another terminal can encrypt", "RIGHT-5"},
    {"policy.terminal-srtp-off", "The terminal is configured not to encrypt voice (sip srtp mode 0).",
     "TMA, Configuration des postes, onglet Encryption, sip srtp mode",
     "Terminal management, phone configuration, Encryption tab: sip srtp mode 1", "RIGHT-5"},
    {"policy.trunk-srtp-off", "The trunk is declared without voice encryption.",
     "Réseau et liaisons, faisceaux SIP, chiffrement de la voix",
     "The trunk's declaration: srtp_mode (cadenas trunks put NAME … --srtp preferred)", "ENC-7"},
    {"policy.i7xx", "The other party's terminal is an i7xx, with which no call is encrypted.",
     "1.2.3 Service téléphonie>Abonnés>Abonnements>Caractéristiques, type de terminal du correspondant",
     "Web Admin, 1.2.3 Subscribers > Subscriptions: the other party's terminal; only another terminal can encrypt",
     "RIGHT-8"},
    {"policy.signalling-clear", "The leg's signalling is not encrypted, so no keys may be sent on it.",
     "TMA, Configuration des postes, onglet Encryption, sip transport protocol",
     "Terminal management, phone configuration, Encryption tab: sip transport protocol 4 (TLS), ports 5061", "ENC-8"},
    {"policy.trunk-signalling-clear", "The trunk's signalling is not encrypted, so no keys may be sent on it.",
     "Réseau et liaisons, faisceaux SIP, transport",
     "The trunk's declaration: transport (cadenas trunks put NAME … --transport tls)", "ENC-8"},
    {"policy.no-certificate", "No certificate is in service on this system.", certificate_menu, certificate_where,
     "RIGHT-6"},
    {"policy.certificate-not-yet-valid", "The certificate of this system is not yet valid.", certificate_menu,
     "Web Admin, 2.4.1 System > Security > Certificates; check the clock (NTP) too", "RIGHT-6"},
    {"policy.certificate-expired", "The certificate of this system has expired: calls work, voice is not encrypted.",
     certificate_menu, certificate_where, "CERT-8"},
    {"policy.remote-certificate", "The other party's system has no valid certificate in service.",
     "2.4.1 (système distant) Service téléphonie>Système>Sécurité>Gestion des Certificats",
     "Web Admin of the other system, 2.4.1 System > Security > Certificates", "RIGHT-6"},
    {"policy.offer-without-crypto", "The terminal's offer holds no encryption key and no certificate's fingerprint.",
     "TMA, Configuration des postes, onglet Encryption, sip srtp mode",
     "The terminal's or gateway's own media encryption setting; on a 6000 phone sip srtp mode 1", "RIGHT-5"},
}};

}  // namespace

const ConditionText& text(Condition condition) {
  return texts[static_cast<std::size_t>(condition)];
}

}  // namespace cadenas::policy
