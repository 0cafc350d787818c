"""Kamailio as a registrar and stateful proxy with digest, on loopback, with or without rtpengine for the voice of calls:
the peer of bench/signalling."""

import pathlib

from lab.process import Process, eventually

CONFIG = """#!KAMAILIO
debug=0
log_stderror=yes
children={workers}
tcp_children={workers}
auto_aliases=no
dns=no
rev_dns=no
enable_tls=yes
listen=udp:127.0.0.1:{sip}
listen=tcp:127.0.0.1:{sip}
listen=tls:127.0.0.1:{tls}
tcp_max_connections=20000
tls_max_connections=20000
tcp_connection_lifetime=3605
mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "auth.so"
loadmodule "tls.so"
{load_relay}
modparam("tls", "tls_method", "TLSv1.2+")
modparam("tls", "certificate", "{certificate}")
modparam("tls", "private_key", "{key}")
modparam("usrloc", "db_mode", 0)
modparam("usrloc", "hash_size", 14)
modparam("auth", "nonce_expire", 3600)

request_route {{
  if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
  if (is_method("CANCEL")) {{ if (t_check_trans()) t_relay(); exit; }}
  if (has_totag()) {{
    if (loose_route()) {{
      {end_relay}
      t_relay(); exit;
    }}
    if (is_method("ACK")) {{ if (t_check_trans()) t_relay(); exit; }}
    sl_send_reply("404", "Not Here"); exit;
  }}
  if (is_method("REGISTER")) {{
    if (!pv_www_authenticate("$td", "{password}", "0")) {{ www_challenge("$td", "1"); exit; }}
    if (!save("location")) sl_reply_error();
    exit;
  }}
  t_check_trans();
  if (!pv_proxy_authenticate("$fd", "{password}", "0")) {{ proxy_challenge("$fd", "1"); exit; }}
  consume_credentials();
  record_route();
  if (!lookup("location")) {{ sl_send_reply("404", "Not Found"); exit; }}
  {begin_relay}
  t_relay();
}}
{answer_relay}
"""

# What makes rtpengine anchor the voice of a call.
WITHOUT_RELAY = {"load_relay": "", "begin_relay": "", "answer_relay": "", "end_relay": ""}
WITH_RELAY = {
    "load_relay": 'loadmodule "rtpengine.so"\nmodparam("rtpengine", "rtpengine_sock", "udp:%s")',
    "begin_relay": 'rtpengine_offer("replace-origin"); t_on_reply("ANSWER");',
    "answer_relay": 'onreply_route[ANSWER] { if (has_body("application/sdp")) rtpengine_answer("replace-origin"); }',
    "end_relay": 'if (is_method("BYE")) rtpengine_delete();',
}


class Kamailio(Process):
    """`workers` processes for UDP and as many for TCP and TLS; every number has the same password. `relay`: the control
    address of the rtpengine that anchors the voice of its calls."""

    def __init__(self, folder: pathlib.Path, sip_port: int, tls_port: int, password: str, certificate: pathlib.Path,
                 key: pathlib.Path, workers: int = 1, prefix: tuple = (), relay: str = ""):
        folder.mkdir(parents=True, exist_ok=True)
        config = folder / "kamailio.cfg"
        relay_lines = WITH_RELAY | {"load_relay": WITH_RELAY["load_relay"] % relay} if relay else WITHOUT_RELAY
        config.write_text(CONFIG.format(sip=sip_port, tls=tls_port, password=password, certificate=certificate,
                                        key=key, workers=workers, **relay_lines))
        super().__init__("kamailio", [*prefix, "kamailio", "-DD", "-E", "-f", str(config), "-m", "1024", "-M", "32",
                                      "-Y", str(folder), "-P", str(folder / "kamailio.pid")], folder / "output.txt")
        self.sip_port, self.tls_port = sip_port, tls_port

    def __enter__(self):
        def listening():
            needle = f":{self.tls_port:04X} "
            with open("/proc/net/tcp", encoding="ascii") as table:
                return any(needle in line and " 0A " in line for line in table)

        eventually("Kamailio to listen", listening, on_failure=self.tail)
        return self
