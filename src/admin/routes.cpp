#include "admin/routes.hpp"

#include "admin/handlers.hpp"

namespace cadenas::admin {

namespace {

constexpr std::string_view revocation_lists_path = "/api/v1/revocation-lists";

constexpr Route table[] = {
    {Method::get, "/healthz", Access::open, "getHealth", get_health},
    {Method::get, "/metrics", Access::metrics, "getMetrics", get_metrics},
    {Method::get, "/api/v1/openapi.json", Access::open, "getDescription", get_description},
    {Method::post, "/api/v1/session", Access::open, "openSession", open_session},
    {Method::get, "/api/v1/session", Access::reader, "getSession", get_session},
    {Method::remove, "/api/v1/session", Access::reader, "closeSession", close_session},
    {Method::get, "/api/v1/status", Access::reader, "getStatus", get_status},
    {Method::get, "/api/v1/subscriptions", Access::reader, "listSubscriptions", list_subscriptions},
    {Method::post, "/api/v1/subscriptions", Access::administrator, "addSubscription", add_subscription},
    {Method::get, "/api/v1/subscriptions/{number}", Access::reader, "getSubscription", get_subscription},
    {Method::patch, "/api/v1/subscriptions/{number}", Access::administrator, "changeSubscription", change_subscription},
    {Method::remove, "/api/v1/subscriptions/{number}", Access::administrator, "removeSubscription",
     remove_subscription},
    {Method::get, "/api/v1/classes", Access::reader, "listClasses", list_classes},
    {Method::put, "/api/v1/classes/{name}", Access::administrator, "putClass", put_class},
    {Method::remove, "/api/v1/classes/{name}", Access::administrator, "removeClass", remove_class},
    {Method::get, "/api/v1/settings", Access::reader, "getSettings", get_settings},
    {Method::patch, "/api/v1/settings", Access::administrator, "changeSettings", change_settings},
    {Method::get, "/api/v1/licence", Access::reader, "getLicence", get_licence},
    {Method::put, "/api/v1/licence", Access::administrator, "putLicence", put_licence},
    {Method::get, "/api/v1/registrations", Access::reader, "listRegistrations", list_registrations},
    {Method::get, "/api/v1/calls", Access::reader, "listCalls", list_calls},
    {Method::get, "/api/v1/calls/{id}", Access::reader, "getCall", get_call},
    {Method::get, "/api/v1/calls/{id}/explain", Access::reader, "explainCall", explain_call},
    {Method::get, "/api/v1/call-records", Access::reader, "listCallRecords", list_call_records},
    {Method::get, "/api/v1/call-records/{id}", Access::reader, "getCallRecord", get_call_record},
    {Method::get, "/api/v1/certificate", Access::reader, "getCertificate", get_certificate},
    {Method::get, "/api/v1/certificate/trust", Access::reader, "getCertificateTrust", get_certificate_trust},
    {Method::post, "/api/v1/certificate/regenerate", Access::administrator, "regenerateCertificate",
     regenerate_certificate},
    {Method::post, "/api/v1/certificate/import", Access::administrator, "importCertificate", import_certificate},
    {Method::get, "/api/v1/phone-authorities", Access::reader, "getPhoneAuthorities", get_phone_authorities},
    {Method::put, "/api/v1/phone-authorities", Access::administrator, "putPhoneAuthorities", put_phone_authorities},
    {Method::post, revocation_lists_path, Access::administrator, "addRevocationLists", add_revocation_lists},
    {Method::get, "/api/v1/bothway/rehearsal", Access::reader, "rehearseBothway", rehearse_bothway},
    {Method::get, "/api/v1/refusals", Access::reader, "listRefusals", list_refusals},
    {Method::get, "/api/v1/trunks", Access::reader, "listTrunks", list_trunks},
    {Method::put, "/api/v1/trunks/{name}", Access::administrator, "putTrunk", put_trunk},
    {Method::remove, "/api/v1/trunks/{name}", Access::administrator, "removeTrunk", remove_trunk},
    {Method::get, "/api/v1/rooms", Access::reader, "listRooms", list_rooms},
    {Method::put, "/api/v1/rooms/{number}", Access::administrator, "putRoom", put_room},
    {Method::remove, "/api/v1/rooms/{number}", Access::administrator, "removeRoom", remove_room},
    {Method::get, "/api/v1/tdm-ports", Access::reader, "listTdmPorts", list_tdm_ports},
    {Method::put, "/api/v1/tdm-ports/{shelf}/{line}/{slot}", Access::administrator, "putTdmPort", put_tdm_port},
    {Method::remove, "/api/v1/tdm-ports/{shelf}/{line}/{slot}", Access::administrator, "removeTdmPort",
     remove_tdm_port},
    {Method::get, "/api/v1/eip", Access::reader, "getEip", get_eip},
    {Method::patch, "/api/v1/eip", Access::administrator, "changeEip", change_eip},
    {Method::put, "/api/v1/rooms/{number}/links/{other}", Access::administrator, "linkRooms", link_rooms},
    {Method::remove, "/api/v1/rooms/{number}/links/{other}", Access::administrator, "unlinkRooms", unlink_rooms},
    {Method::post, "/api/v1/rooms/{number}/calls", Access::administrator, "callFromRoom", call_from_room},
    {Method::get, "/api/v1/media", Access::reader, "getMedia", get_media},
    {Method::get, "/api/v1/alarms", Access::reader, "listAlarms", list_alarms},
    {Method::post, "/api/v1/alarms/{id}/acknowledge", Access::administrator, "acknowledgeAlarm", acknowledge_alarm},
    {Method::get, "/api/v1/snmp-destinations", Access::reader, "listSnmpDestinations", list_snmp_destinations},
    {Method::put, "/api/v1/snmp-destinations/{name}", Access::administrator, "putSnmpDestination",
     put_snmp_destination},
    {Method::remove, "/api/v1/snmp-destinations/{name}", Access::administrator, "removeSnmpDestination",
     remove_snmp_destination},
    {Method::post, "/api/v1/snmp-destinations/{name}/test", Access::administrator, "testSnmpDestination",
     test_snmp_destination},
    {Method::get, "/api/v1/journal", Access::reader, "listJournal", list_journal},
    {Method::get, "/api/v1/accounts", Access::administrator, "listAccounts", list_accounts},
    {Method::put, "/api/v1/accounts/{name}", Access::administrator, "putAccount", put_account},
    {Method::remove, "/api/v1/accounts/{name}", Access::administrator, "removeAccount", remove_account},
};

}  // namespace

bool takes_large_body(std::string_view target) {
  return target == revocation_lists_path;
}

std::span<const Route> routes() {
  return table;
}

}  // namespace cadenas::admin
