// The connections of one unit, oldest first, without a heap.

import AlertModel

/// At most two links.
struct LinkPair: Hashable, Sendable {
    /// A unit has two paths, such as fibre and mobile radio; a third connection is one of them, renewed.
    static let linksMax = 2

    private(set) var older: LinkID?
    private(set) var newer: LinkID?
    /// Which path each goes, 0 when the unit does not say.
    private(set) var olderPath: UInt8 = 0
    private(set) var newerPath: UInt8 = 0

    var isEmpty: Bool { older == nil }
    var count: Int { older == nil ? 0 : (newer == nil ? 1 : 2) }
    /// The paths that are up, a bit each; a link that names none counts for nothing.
    var paths: UInt8 { (Self.bit(olderPath) | Self.bit(newerPath)) & ~1 }

    static func bit(_ path: UInt8) -> UInt8 { path < 8 ? 1 << path : 0 }

    func contains(_ link: LinkID) -> Bool { older == link || newer == link }

    /// - Parameter path: a second link on a path that has one takes its place.
    /// - Returns: the link that has to go; nil when there was room.
    mutating func add(_ link: LinkID, path: UInt8 = 0) -> LinkID? {
        if contains(link) { return nil }
        guard let first = older else {
            older = link
            olderPath = path
            return nil
        }
        guard let second = newer else {
            if path != 0, path == olderPath {
                older = link
                return first
            }
            newer = link
            newerPath = path
            return nil
        }
        let replacesNewer = path != 0 && path == newerPath
        if !replacesNewer {
            older = second
            olderPath = newerPath
        }
        newer = link
        newerPath = path
        return replacesNewer ? second : first
    }

    /// - Returns: false when the link is not one of them: a late report of one that was replaced.
    mutating func remove(_ link: LinkID) -> Bool {
        if older == link {
            older = newer
            olderPath = newerPath
        } else if newer != link {
            return false
        }
        newer = nil
        newerPath = 0
        if older == nil { olderPath = 0 }
        return true
    }

    mutating func removeAll() { self = LinkPair() }

    /// Oldest first, each with its path.
    func forEach(_ body: (LinkID) -> Void) {
        if let older { body(older) }
        if let newer { body(newer) }
    }
}
