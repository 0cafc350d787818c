// A softphone in a page: JsSIP for SIP over WebSockets, the browser's own WebRTC for voice. `window.phone` is what
// lab/chromium.py drives; every answer of it is plain data.
import JsSIP from "jssip";

// As it comes from the microphone: what makes speech clearer takes a test tone for noise.
const MICROPHONE = {
  audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  video: false,
};
const WITHOUT_SERVERS = { iceServers: [] };

let agent = null;
let session = null;
let analyser = null;
const events = [];

function note(what, detail = "") {
  events.push({ what, detail: String(detail) });
}

function listen(stream) {
  document.getElementById("heard").srcObject = stream;
  const context = new AudioContext();
  analyser = context.createAnalyser();
  analyser.fftSize = 16384;
  analyser.smoothingTimeConstant = 0;
  context.createMediaStreamSource(stream).connect(analyser);
}

function adopt(next) {
  session = next;
  const watch = (connection) => connection.addEventListener("track", (event) => listen(new MediaStream([event.track])));
  session.on("peerconnection", ({ peerconnection }) => watch(peerconnection));
  if (session.connection) watch(session.connection);
  for (const what of ["progress", "accepted", "confirmed", "hold", "unhold"]) session.on(what, () => note(what));
  session.on("ended", ({ cause }) => note("ended", cause));
  session.on("failed", ({ cause, message }) =>
    note("failed", `${cause} ${message?.status_code ?? ""} ${message?.getHeader?.("Warning") ?? ""}`));
}

window.phone = {
  events,

  start({ server, number, password }) {
    agent = new JsSIP.UA({
      sockets: [new JsSIP.WebSocketInterface(server)],
      uri: `sip:${number}@${new URL(server).hostname}`,
      password,
      register_expires: 60,
    });
    agent.on("connected", () => note("connected"));
    agent.on("disconnected", ({ error, code, reason }) => note("disconnected", `${error} ${code ?? ""} ${reason ?? ""}`));
    agent.on("registered", () => note("registered"));
    agent.on("registrationFailed", ({ cause, response }) => note("registrationFailed", `${cause} ${response?.status_code}`));
    agent.on("newRTCSession", ({ originator, session: next }) => {
      adopt(next);
      note("call", originator);
      if (originator === "remote") next.answer({ mediaConstraints: MICROPHONE, pcConfig: WITHOUT_SERVERS });
    });
    agent.start();
  },

  dial(target) {
    agent.call(target, { mediaConstraints: MICROPHONE, pcConfig: WITHOUT_SERVERS });
  },
  hangup() {
    session.terminate();
  },
  hold() {
    return session.hold();
  },
  unhold() {
    return session.unhold();
  },
  // Another ICE generation in a re-INVITE (RFC 8445 §9).
  restartIce() {
    return session.renegotiate({ rtcOfferConstraints: { iceRestart: true } });
  },
  sendDigit(digit) {
    session.sendDTMF(digit, { transportType: "RFC2833" });
  },
  stop() {
    agent.stop();
  },

  /** What the browser itself says of the voice: packets both ways, the DTLS and SRTP in force, the addresses. */
  async stats() {
    const all = [...(await session.connection.getStats()).values()];
    const one = (type, fits = () => true) => all.find((entry) => entry.type === type && fits(entry)) ?? {};
    const inbound = one("inbound-rtp", (entry) => entry.kind === "audio");
    const outbound = one("outbound-rtp", (entry) => entry.kind === "audio");
    const transport = one("transport");
    const pair = one("candidate-pair", (entry) => entry.id === transport.selectedCandidatePairId);
    const codec = one("codec", (entry) => entry.id === inbound.codecId);
    const remote = one("remote-candidate", (entry) => entry.id === pair.remoteCandidateId);
    return {
      received: inbound.packetsReceived ?? 0,
      lost: inbound.packetsLost ?? 0,
      sent: outbound.packetsSent ?? 0,
      codec: codec.mimeType ?? "",
      dtls: transport.dtlsState ?? "",
      dtlsRole: transport.dtlsRole ?? "",
      suite: transport.srtpCipher ?? "",
      ice: session.connection.iceConnectionState,
      pair: pair.id ?? "",
      remoteCandidate: remote.candidateType ?? "",
      remotePort: remote.port ?? 0,
      reports: one("remote-inbound-rtp").roundTripTime ?? null,
    };
  },

  /** The share of what is heard now that is within 20 Hz of `hertz`, and the level of all of it; 0 in silence. */
  hears(hertz) {
    if (!analyser) return { share: 0, level: 0 };
    const bins = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(bins);
    const width = analyser.context.sampleRate / analyser.fftSize;
    let near = 0;
    let all = 0;
    bins.forEach((decibels, bin) => {
      const power = 10 ** (decibels / 10);
      all += power;
      if (Math.abs(bin * width - hertz) <= 20) near += power;
    });
    return { share: all > 1e-9 ? near / all : 0, level: all };
  },
};
