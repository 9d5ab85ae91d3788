// One centre's open alerts in the order in which they must be answered.

import AlertModel

/// An ordered set of open alerts: priority first, then how far an alert was escalated, then age.
///
/// A treap: a search tree by key that is at the same time a heap by a weight mixed from the alert's
/// number, which gives the shape of a random tree without a random source. Insert, remove and look-up
/// take O(log n) expected steps (about 40 at 100,000 alerts); walking in order takes O(n). Nodes lie in
/// one array and are reused, so a queue that has been as long before allocates nothing.
///
/// Not for keys that a stranger chooses: the weights can be computed. Alert numbers come from the journal.
struct AlertQueue: Sendable {
    /// An alert's place.
    struct Key: Hashable, Comparable, Sendable {
        let priority: Priority
        let escalation: EscalationLevel
        /// Numbers grow with the journal, so the smaller is the older.
        let alert: AlertID

        static func < (left: Self, right: Self) -> Bool {
            if left.priority != right.priority { return left.priority < right.priority }
            if left.escalation != right.escalation { return left.escalation > right.escalation }
            return left.alert < right.alert
        }
    }

    private struct Node {
        var key: Key
        var weight: UInt64
        var left: Int
        /// The right child; in a free node, the next free one.
        var right: Int
    }

    private static let none = -1
    private var nodes: ContiguousArray<Node> = []
    private var root = Self.none
    private var free = Self.none

    /// Nodes visited by inserts and removes; for tests of the cost.
    private(set) var steps: UInt64 = 0

    /// Alerts in the queue.
    private(set) var count = 0

    /// The alert to answer next; nil when empty. O(log n).
    var first: Key? {
        guard root != Self.none else { return nil }
        var index = root
        while nodes[index].left != Self.none { index = nodes[index].left }
        return nodes[index].key
    }

    /// O(log n).
    func contains(_ key: Key) -> Bool {
        var index = root
        while index != Self.none, nodes[index].key != key {
            index = key < nodes[index].key ? nodes[index].left : nodes[index].right
        }
        return index != Self.none
    }

    /// O(log n).
    ///
    /// - Returns: false when the key was there already.
    @discardableResult
    mutating func insert(_ key: Key) -> Bool {
        if contains(key) { return false }
        let weight = Self.mix(key.alert.value)
        // Descend to the first node that is lighter; the new node takes its place above both halves of it.
        var parent = Self.none
        var index = root
        while index != Self.none, nodes[index].weight >= weight {
            steps &+= 1
            parent = index
            index = key < nodes[index].key ? nodes[index].left : nodes[index].right
        }
        let (left, right) = split(index, at: key)
        let node = take(Node(key: key, weight: weight, left: left, right: right))
        replaceChild(of: parent, with: node, at: key)
        count += 1
        return true
    }

    /// O(log n).
    ///
    /// - Returns: false when the key was not there.
    @discardableResult
    mutating func remove(_ key: Key) -> Bool {
        var parent = Self.none
        var index = root
        while index != Self.none, nodes[index].key != key {
            steps &+= 1
            parent = index
            index = key < nodes[index].key ? nodes[index].left : nodes[index].right
        }
        guard index != Self.none else { return false }
        let joined = join(nodes[index].left, nodes[index].right)
        replaceChild(of: parent, with: joined, at: key)
        nodes[index].right = free
        free = index
        count -= 1
        return true
    }

    /// Walks from the alert to answer first to the last. O(n), no allocation.
    func forEach(_ body: (Key) -> Void) { walk(root, body) }

    private func walk(_ index: Int, _ body: (Key) -> Void) {
        guard index != Self.none else { return }
        walk(nodes[index].left, body)
        body(nodes[index].key)
        walk(nodes[index].right, body)
    }

    private mutating func replaceChild(of parent: Int, with child: Int, at key: Key) {
        if parent == Self.none {
            root = child
        } else if key < nodes[parent].key {
            nodes[parent].left = child
        } else {
            nodes[parent].right = child
        }
    }

    /// Cuts a subtree into the keys before and the keys after `key`.
    private mutating func split(_ index: Int, at key: Key) -> (left: Int, right: Int) {
        guard index != Self.none else { return (Self.none, Self.none) }
        steps &+= 1
        if nodes[index].key < key {
            let (left, right) = split(nodes[index].right, at: key)
            nodes[index].right = left
            return (index, right)
        }
        let (left, right) = split(nodes[index].left, at: key)
        nodes[index].left = right
        return (left, index)
    }

    /// Makes one subtree of two; every key of `left` comes before every key of `right`.
    private mutating func join(_ left: Int, _ right: Int) -> Int {
        if left == Self.none { return right }
        if right == Self.none { return left }
        steps &+= 1
        if nodes[left].weight > nodes[right].weight {
            nodes[left].right = join(nodes[left].right, right)
            return left
        }
        nodes[right].left = join(left, nodes[right].left)
        return right
    }

    private mutating func take(_ node: Node) -> Int {
        guard free != Self.none else {
            nodes.append(node)
            return nodes.count - 1
        }
        let index = free
        free = nodes[index].right
        nodes[index] = node
        return index
    }

    /// SplitMix64's finaliser (Steele, Lea, Flood 2014): neighbouring numbers get unrelated weights.
    private static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Nodes from the root to the deepest leaf; for tests of the shape. O(n).
    var depth: Int { depth(of: root) }

    private func depth(of index: Int) -> Int {
        guard index != Self.none else { return 0 }
        return 1 + max(depth(of: nodes[index].left), depth(of: nodes[index].right))
    }
}
