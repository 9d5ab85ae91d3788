// Looks after the keys of session tickets while the gateway runs: replaces the one that seals when its time is over, and
// takes what another gateway wrote.

import AlertModel
import LinuxIO
import Logging
import ServiceLifecycle
import Settings
import UnitTransport

/// Reads the file of ticket keys once a minute for as long as the gateway runs.
struct TicketKeeper: Service, CustomStringConvertible {
    /// A key that another gateway made is known so late; until then its units make a full handshake here.
    static let lookS: Int64 = 60

    let keys: TicketKeys
    private let clock: any InstantSource
    private let log: Logger

    /// Services are named in the log, and nothing of the keys belongs there.
    let description = "TicketKeeper"

    /// Reads the file, or makes it.
    ///
    /// - Throws: ``GatewayError`` with the file and what is wrong with it.
    init(_ settings: Settings, clock: any InstantSource, log: Logger) throws(GatewayError) {
        do throws(TLSError) {
            keys = try TicketKeys(
                path: settings.units.tls.ticketKeysFile ?? settings.statePaths.ticketKeysFile,
                rotationHours: settings.units.tls.ticketRotationHours, now: clock.now().wall)
        } catch {
            throw GatewayError(.configuration, "\(error)")
        }
        self.clock = clock
        self.log = log
    }

    /// Ends with a graceful shutdown.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: .seconds(Self.lookS))) != nil { await look() }
        }
    }

    private func look() async {
        do throws(GatewayError) {
            let isChanged = try await ReadingThread.read("sos-tickets") { [keys, clock] () throws(GatewayError) in
                do throws(TLSError) {
                    return try keys.refresh(now: clock.now().wall)
                } catch {
                    throw GatewayError(.configuration, "\(error)")
                }
            }
            if isChanged { log.info("other ticket keys in force") }
        } catch {
            log.error("ticket keys refused; those in force stay", metadata: ["reason": "\(error)"])
        }
    }
}
