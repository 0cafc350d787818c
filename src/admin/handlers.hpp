#pragma once

#include "admin/context.hpp"

namespace cadenas::admin {

// What the operations of the route table do; openapi.json describes them. All on the API thread; each sends exactly one
// reply, now or later.

void get_health(const Exchange& exchange, const Reply& reply);
void get_metrics(const Exchange& exchange, const Reply& reply);
void get_description(const Exchange& exchange, const Reply& reply);
void open_session(const Exchange& exchange, const Reply& reply);
void get_session(const Exchange& exchange, const Reply& reply);
void close_session(const Exchange& exchange, const Reply& reply);
void get_status(const Exchange& exchange, const Reply& reply);
void list_subscriptions(const Exchange& exchange, const Reply& reply);
void add_subscription(const Exchange& exchange, const Reply& reply);
void get_subscription(const Exchange& exchange, const Reply& reply);
void change_subscription(const Exchange& exchange, const Reply& reply);
void remove_subscription(const Exchange& exchange, const Reply& reply);
void list_classes(const Exchange& exchange, const Reply& reply);
void put_class(const Exchange& exchange, const Reply& reply);
void remove_class(const Exchange& exchange, const Reply& reply);
void get_settings(const Exchange& exchange, const Reply& reply);
void change_settings(const Exchange& exchange, const Reply& reply);
void get_licence(const Exchange& exchange, const Reply& reply);
void put_licence(const Exchange& exchange, const Reply& reply);
void list_registrations(const Exchange& exchange, const Reply& reply);
void list_calls(const Exchange& exchange, const Reply& reply);
void get_call(const Exchange& exchange, const Reply& reply);
void explain_call(const Exchange& exchange, const Reply& reply);
void list_call_records(const Exchange& exchange, const Reply& reply);
void get_call_record(const Exchange& exchange, const Reply& reply);
void get_certificate(const Exchange& exchange, const Reply& reply);
void get_certificate_trust(const Exchange& exchange, const Reply& reply);
void regenerate_certificate(const Exchange& exchange, const Reply& reply);
void import_certificate(const Exchange& exchange, const Reply& reply);
void list_trunks(const Exchange& exchange, const Reply& reply);
void put_trunk(const Exchange& exchange, const Reply& reply);
void remove_trunk(const Exchange& exchange, const Reply& reply);
void list_rooms(const Exchange& exchange, const Reply& reply);
void put_room(const Exchange& exchange, const Reply& reply);
void remove_room(const Exchange& exchange, const Reply& reply);
void list_tdm_ports(const Exchange& exchange, const Reply& reply);
void put_tdm_port(const Exchange& exchange, const Reply& reply);
void remove_tdm_port(const Exchange& exchange, const Reply& reply);
void link_rooms(const Exchange& exchange, const Reply& reply);
void unlink_rooms(const Exchange& exchange, const Reply& reply);
void call_from_room(const Exchange& exchange, const Reply& reply);
void get_phone_authorities(const Exchange& exchange, const Reply& reply);
void put_phone_authorities(const Exchange& exchange, const Reply& reply);
void add_revocation_lists(const Exchange& exchange, const Reply& reply);
void rehearse_bothway(const Exchange& exchange, const Reply& reply);
void list_refusals(const Exchange& exchange, const Reply& reply);
void get_eip(const Exchange& exchange, const Reply& reply);
void change_eip(const Exchange& exchange, const Reply& reply);
void get_media(const Exchange& exchange, const Reply& reply);
void list_alarms(const Exchange& exchange, const Reply& reply);
void acknowledge_alarm(const Exchange& exchange, const Reply& reply);
void list_snmp_destinations(const Exchange& exchange, const Reply& reply);
void put_snmp_destination(const Exchange& exchange, const Reply& reply);
void remove_snmp_destination(const Exchange& exchange, const Reply& reply);
void test_snmp_destination(const Exchange& exchange, const Reply& reply);
void list_journal(const Exchange& exchange, const Reply& reply);
void list_accounts(const Exchange& exchange, const Reply& reply);
void put_account(const Exchange& exchange, const Reply& reply);
void remove_account(const Exchange& exchange, const Reply& reply);

}  // namespace cadenas::admin
