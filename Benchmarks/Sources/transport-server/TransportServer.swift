// The gateway's unit side alone: listener, handshakes, sessions, with empty rings around them. Prints its port; ends with
// its standard input.
// usage: transport-server CERTIFICATE.pem KEY.pem CA.pem [TICKET-KEYS]

import AlertModel
import EventRing
import Glibc
import LinuxIO
import Telemetry
import UnitTransport

@main
enum TransportServer {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 4 else {
            print("usage: transport-server CERTIFICATE.pem KEY.pem CA.pem [TICKET-KEYS]")
            exit(64)
        }
        let clock = SystemClock()
        let identity = TLSIdentity(
            certificateFile: arguments[1], keyFile: arguments[2], trustFile: arguments[3])
        let tickets = try arguments.dropFirst(4).first.map { try TicketKeys(path: $0, now: clock.now().wall) }
        let listener = try Sockets.listen(host: "127.0.0.1", port: 0)
        let port = try Sockets.localPort(of: listener)
        let rings = (0..<5).map { _ in RecordRing(capacitySlots: 2_048) }
        let urgent = rings[0].takeConsumer(0)
        let routine = rings[1].takeConsumer(0)
        let handshakeReports = rings[3].takeConsumer(0)
        let sessionReports = rings[4].takeConsumer(0)
        let bell = try Doorbell()
        let transport = try UnitTransport(
            listener: listener, trust: try Trust(TrustFiles(identity: identity), now: clock.now().wall),
            tickets: tickets,
            limits: UnitTransportLimits(),
            urgent: rings[0].takeProducer(), routine: rings[1].takeProducer(), answers: rings[2].takeConsumer(0),
            handshakeReports: rings[3].takeProducer(), sessionReports: rings[4].takeProducer(),
            journalDoorbell: bell,
            dispatchDoorbell: bell, reportDoorbell: bell, counters: Counters(), clock: clock)
        try transport.start()
        print(port)
        fflush(nil)
        var watched = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
        // Often: nobody else keeps the rings empty.
        while poll(&watched, 1, 5) == 0 {
            _ = urgent.drain(max: Int.max) { _, _ in .next }
            _ = routine.drain(max: Int.max) { _, _ in .next }
            _ = handshakeReports.drain(max: Int.max) { _, _ in .next }
            _ = sessionReports.drain(max: Int.max) { _, _ in .next }
        }
        transport.stop()
    }
}
