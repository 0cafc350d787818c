"""Makes cases.json from the limbo.json that x509-limbo's own generator prints (README.md beside this says which).

    subset.py LIMBO_JSON >cases.json
"""

import json
import sys

KEPT = ("id", "validation_kind", "trusted_certs", "untrusted_intermediates", "peer_certificate", "peer_certificate_key",
        "validation_time", "expected_result", "expected_peer_name", "crls")


def is_kept(case: dict) -> bool:
    """Without a key nobody can show the certificate in a handshake; a limit on the depth of chains is something no
    setting here asks for; and three cases are large: name constraints by the thousand."""
    return (case["peer_certificate_key"] is not None and "max-chain-depth" not in case["features"]
            and not case["id"].startswith("pathological::nc-dos"))


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as whole:
        cases = [case for case in json.load(whole)["testcases"] if is_kept(case)]
    lines = [json.dumps({name: case[name] for name in KEPT}) for case in cases]
    print('{"testcases": [\n' + ",\n".join(lines) + "\n]}")


if __name__ == "__main__":
    main()
