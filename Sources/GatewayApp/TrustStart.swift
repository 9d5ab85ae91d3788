// Trust at the start: as at a reload, but with nothing in force to fall back on except what the state directory kept.

import AlertModel
import LinuxIO
import Logging
import Settings
import UnitTransport

/// What the gateway starts with.
struct TrustStart {
    let trust: Trust
    /// Why copies of the lists were taken; nil when the files were good.
    let listProblem: String?

    /// Reads everything; a bad list is replaced by the copies of those last in force, unless the configuration wants units
    /// refused without a present list, or there is no copy.
    ///
    /// - Throws: ``GatewayError`` with the file that is wrong.
    init(_ settings: UnitSettings, copies: ListCopies, now: WallTime, log: Logger) throws(GatewayError) {
        do throws(TLSError) {
            trust = try Trust(TrustFiles(settings), now: now)
            listProblem = nil
        } catch {
            let refused = GatewayError(.configuration, "\(error)")
            guard error.reason == .revocationList, settings.tls.overdue == .serve else { throw refused }
            guard let saved = try? copies.paths, !saved.isEmpty else { throw refused }
            var files = TrustFiles(settings)
            files.revocationLists = saved
            do throws(TLSError) {
                trust = try Trust(files, now: now)
            } catch {
                throw refused
            }
            listProblem = "\(error)"
            log.critical(
                "a revocation list is bad; the last good ones are in force",
                metadata: ["reason": "\(error)", "copies": "\(copies.directory)"])
        }
        log.notice("trust in force", metadata: ["trust": "\(trust.summary)"])
        if listProblem == nil { TrustReload.save(trust, to: copies, log: log) }
    }
}
