#pragma once

#include <string>

/// The messages of RFC 4475 sections 3.1.1 to 3.4, octet for octet as in the archive of its appendix A, named as there;
/// baddn has the empty line behind its headers, which the archive leaves out.
namespace cadenas::sip::torture {

extern const std::string wsinv;       ///< 3.1.1.1
extern const std::string intmeth;     ///< 3.1.1.2
extern const std::string esc01;       ///< 3.1.1.3
extern const std::string escnull;     ///< 3.1.1.4
extern const std::string esc02;       ///< 3.1.1.5
extern const std::string lwsdisp;     ///< 3.1.1.6
extern const std::string longreq;     ///< 3.1.1.7
extern const std::string dblreq;      ///< 3.1.1.8
extern const std::string semiuri;     ///< 3.1.1.9
extern const std::string transports;  ///< 3.1.1.10
extern const std::string mpart01;     ///< 3.1.1.11
extern const std::string unreason;    ///< 3.1.1.12
extern const std::string noreason;    ///< 3.1.1.13
extern const std::string badinv01;    ///< 3.1.2.1
extern const std::string clerr;       ///< 3.1.2.2
extern const std::string ncl;         ///< 3.1.2.3
extern const std::string scalar02;    ///< 3.1.2.4
extern const std::string scalarlg;    ///< 3.1.2.5
extern const std::string quotbal;     ///< 3.1.2.6
extern const std::string ltgtruri;    ///< 3.1.2.7
extern const std::string lwsruri;     ///< 3.1.2.8
extern const std::string lwsstart;    ///< 3.1.2.9
extern const std::string trws;        ///< 3.1.2.10
extern const std::string escruri;     ///< 3.1.2.11
extern const std::string baddate;     ///< 3.1.2.12
extern const std::string regbadct;    ///< 3.1.2.13
extern const std::string badaspec;    ///< 3.1.2.14
extern const std::string baddn;       ///< 3.1.2.15
extern const std::string badvers;     ///< 3.1.2.16
extern const std::string mismatch01;  ///< 3.1.2.17
extern const std::string mismatch02;  ///< 3.1.2.18
extern const std::string bigcode;     ///< 3.1.2.19
extern const std::string badbranch;   ///< 3.2.1
extern const std::string insuf;       ///< 3.3.1
extern const std::string unkscm;      ///< 3.3.2
extern const std::string novelsc;     ///< 3.3.3
extern const std::string unksm2;      ///< 3.3.4
extern const std::string bext01;      ///< 3.3.5
extern const std::string invut;       ///< 3.3.6
extern const std::string regaut01;    ///< 3.3.7
extern const std::string multi01;     ///< 3.3.8
extern const std::string mcl01;       ///< 3.3.9
extern const std::string bcast;       ///< 3.3.10
extern const std::string zeromf;      ///< 3.3.11
extern const std::string cparam01;    ///< 3.3.12
extern const std::string cparam02;    ///< 3.3.13
extern const std::string regescrt;    ///< 3.3.14
extern const std::string sdp01;       ///< 3.3.15
extern const std::string inv2543;     ///< 3.4.1

}  // namespace cadenas::sip::torture
