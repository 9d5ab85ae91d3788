// The connections of one unit, oldest first, without a heap.

import AlertModel

/// At most two links.
struct LinkPair: Hashable, Sendable {
    /// A unit has two paths, such as fibre and mobile radio; a third connection is one of them, renewed.
    static let linksMax = 2

    private(set) var older: LinkID?
    private(set) var newer: LinkID?

    var isEmpty: Bool { older == nil }
    var count: Int { older == nil ? 0 : (newer == nil ? 1 : 2) }

    func contains(_ link: LinkID) -> Bool { older == link || newer == link }

    /// - Returns: the link that has to go to make room; nil when there was room.
    mutating func add(_ link: LinkID) -> LinkID? {
        if contains(link) { return nil }
        if older == nil {
            older = link
            return nil
        }
        guard let last = newer else {
            newer = link
            return nil
        }
        let oldest = older
        older = last
        newer = link
        return oldest
    }

    /// - Returns: false when the link is not one of them: a late report of one that was replaced.
    mutating func remove(_ link: LinkID) -> Bool {
        if newer == link {
            newer = nil
        } else if older == link {
            older = newer
            newer = nil
        } else {
            return false
        }
        return true
    }

    mutating func removeAll() { self = LinkPair() }

    /// Oldest first.
    func forEach(_ body: (LinkID) -> Void) {
        if let older { body(older) }
        if let newer { body(newer) }
    }
}
