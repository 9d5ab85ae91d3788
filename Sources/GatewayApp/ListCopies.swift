// Copies of the revocation lists that were last in force: a list that is damaged when the gateway starts must neither keep
// every unit out nor let a revoked one in.

import LinuxIO

/// Numbered files in the state directory, one a list. Blocks on the disk; for the start and a reload's own thread.
struct ListCopies: Sendable {
    /// The directory; made when something is saved.
    let directory: String

    /// The files there; empty when nothing was ever saved.
    var paths: [String] {
        get throws(Errno) {
            do throws(Errno) {
                return try Files.list(Files.openDirectory(directory)).filter { $0.hasSuffix(".crl") }.sorted()
                    .map { "\(directory)/\($0)" }
            } catch  where error == .notFound {
                return []
            }
        }
    }

    /// Puts these lists in place of all others.
    ///
    /// - Throws: ``Errno``. Each file is an old one or a new one then, never a part of one.
    func save(_ lists: [[UInt8]]) throws(Errno) {
        do throws(Errno) {
            try Files.makeDirectory(directory)
        } catch {
            guard error == .exists else { throw error }
        }
        let names = lists.indices.map { "\($0 + 1).crl" }
        for (name, list) in zip(names, lists) { try Files.replace("\(directory)/\(name)", with: list) }
        let handle = try Files.openDirectory(directory)
        for name in try Files.list(handle) where name.hasSuffix(".crl") && !names.contains(name) {
            try Files.unlink(name, in: handle)
        }
    }
}
