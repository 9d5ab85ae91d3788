// Where the gateway's changes wait for consoles. One OS thread writes, any task reads; the lock is held for
// microseconds and nobody awaits anything under it.

public import AlertModel
import Synchronization
public import Telemetry

/// The consoles' state and stream.
///
/// ``apply(_:sequence:)`` never waits for a console: each has a bounded mailbox, and one that falls behind is told
/// to load its lists again.
public final class ConsoleFeed: Sendable {
    private struct Content {
        var state: FeedState
        var backlog: FeedBacklog
        var last = JournalSequence.zero
        var subscriptions: [FeedSubscription] = []
        /// What is wrong now, in the order of its beginning.
        var warnings: [GatewayWarning] = []
        var isFinished = false
        /// Grows with every stream that begins or ends.
        var watchChanges: UInt64 = 0
    }

    private let content: Mutex<Content>
    private let subscribersMax: Int
    private let subscribersPerOfficerMax: Int
    private let pendingMax: Int
    private let counters: Counters

    /// - Parameters:
    ///   - backlogMax: items kept for consoles that come back; 10,000 are an hour of a busy country's changes.
    ///   - closedMax: closed alerts that stay readable; older ones are history's.
    ///   - subscribersMax: open streams; five times the consoles of the largest installation asked for.
    ///   - subscribersPerOfficerMax: open streams of one officer: a few screens, and some not yet found dead.
    ///   - pendingMax: items a console may fall behind before it is told to load its lists.
    public init(
        backlogMax: Int = 10_000, closedMax: Int = 1_000, subscribersMax: Int = 1_000,
        subscribersPerOfficerMax: Int = 32, pendingMax: Int = 2_000, counters: Counters = Counters()
    ) {
        precondition(closedMax > 0 && subscribersMax > 0 && subscribersPerOfficerMax > 0 && pendingMax > 0)
        content = Mutex(
            Content(state: FeedState(closedMax: closedMax), backlog: FeedBacklog(itemsMax: backlogMax)))
        self.subscribersMax = subscribersMax
        self.subscribersPerOfficerMax = subscribersPerOfficerMax
        self.pendingMax = pendingMax
        self.counters = counters
    }

    /// Takes in what changed and tells every console that may know it.
    ///
    /// Called by one thread at a time, in journal order. Blocks only for readers' copies, some microseconds.
    /// Costs one append a subscriber. A `result` entry changes nothing here.
    public func apply(_ entry: FeedEntry, sequence: JournalSequence) {
        let (items, subscriptions) = content.withLock { content -> ([FeedItem], [FeedSubscription]) in
            // A sequence never goes back; should one, consoles must not lose their place for it.
            content.last = max(content.last, sequence)
            content.backlog.start(at: content.last)
            let items = content.state.apply(entry, sequence: content.last)
            for item in items { content.backlog.append(item) }
            return (items, content.subscriptions)
        }
        for item in items {
            for subscription in subscriptions where subscription.offer(item) {
                counters.add(.consoleStreamsResynced)
            }
        }
    }

    /// Tells every console, present and to come, that something is wrong with the gateway, or no longer.
    ///
    /// Any thread; blocks as ``apply(_:sequence:)`` does. A stream that ends at once still delivers it.
    public func warn(_ warning: GatewayWarning) {
        let subscriptions = content.withLock { content in
            content.warnings.removeAll { $0.kind == warning.kind }
            if warning.isActive { content.warnings.append(warning) }
            return content.subscriptions
        }
        for subscription in subscriptions { subscription.warn(warning) }
    }

    /// What is wrong with the gateway now.
    public var warnings: [GatewayWarning] { content.withLock(\.warnings) }

    /// The last change that the lists contain.
    public var lastSequence: JournalSequence { content.withLock(\.last) }

    /// Open streams.
    public var subscriberCount: Int { content.withLock(\.subscriptions.count) }

    /// Grows with every stream that begins or ends; tells whether ``watchedCentres`` is worth asking.
    public var watchChanges: UInt64 { content.withLock(\.watchChanges) }

    /// The centres of which at least one console is told what changes, with the number of those consoles.
    public var watchedCentres: [CentreID: Int] {
        var counts: [CentreID: Int] = [:]
        for subscription in content.withLock(\.subscriptions) {
            for centre in subscription.centres { counts[centre, default: 0] += 1 }
        }
        return counts
    }

    /// Lets every open stream send a sign of life.
    func beat() {
        for subscription in content.withLock(\.subscriptions) { subscription.beat() }
    }

    /// Ends every stream and begins no new one: the gateway stops.
    public func finish() {
        let subscriptions = content.withLock { content in
            content.isFinished = true
            defer { content.subscriptions = [] }
            return content.subscriptions
        }
        for subscription in subscriptions { subscription.finish() }
    }
}

// MARK: - Reading

extension ConsoleFeed {
    /// The centre and its figures; nil when nobody registered it.
    func centre(_ id: CentreID) -> CentreView? { content.withLock { $0.state.view(of: id) } }

    /// An open alert, or one closed not long ago.
    func alert(_ id: AlertID) -> AlertView? { content.withLock { $0.state.view(of: id) } }

    /// Maintenance under way in the order of its beginning, and the centres of the units that each covers; and the
    /// sequence up to which that is true.
    func maintenance() -> (sequence: JournalSequence, entries: [(MaintenanceStatus, Set<CentreID>)]) {
        content.withLock { content in
            let entries = content.state.maintenance.values.map { ($0, content.state.centres(of: $0.scope)) }
            return (content.last, entries.sorted { $0.0.id < $1.0.id })
        }
    }

    /// The centres of the registered units that a maintenance would cover.
    func centres(of scope: MaintenanceScope) -> Set<CentreID> {
        content.withLock { $0.state.centres(of: scope) }
    }

    /// Every registered centre, in no order.
    func centres() -> [CentreID] { content.withLock { Array($0.state.centres.keys) } }

    /// The units of a centre in the order of their ids, and the sequence up to which that is true.
    func units(of centre: CentreID) -> (sequence: JournalSequence, units: [UnitStatus]) {
        let (sequence, units) = content.withLock { ($0.last, $0.state.units(of: centre)) }
        return (sequence, units.sorted { $0.record.id < $1.record.id })
    }

    /// A unit; nil when it is on no list.
    func unit(_ id: UnitID) -> UnitStatus? { content.withLock { $0.state.unit(id) } }

    /// A unit's commands under way and the latest that are over, the oldest first, and the sequence up to which that
    /// is true.
    func commands(of unit: UnitID) -> (sequence: JournalSequence, commands: [UnitCommandStatus]) {
        content.withLock { ($0.last, $0.state.commands(of: unit)) }
    }

    /// The open alerts of a centre, the most urgent first, and the sequence up to which that is true.
    func openAlerts(of centre: CentreID) -> (sequence: JournalSequence, alerts: [AlertView]) {
        let (sequence, alerts) = content.withLock { ($0.last, $0.state.openAlerts(of: centre)) }
        return (sequence, alerts.sorted { $0.alert.precedesInQueue($1.alert) })
    }
}

extension Alert {
    /// The order of a centre's queue: priority, then how far it was escalated, then age.
    func precedesInQueue(_ other: Alert) -> Bool {
        if queuePriority != other.queuePriority { return queuePriority < other.queuePriority }
        if escalation != other.escalation { return escalation > other.escalation }
        return id < other.id
    }
}

// MARK: - Subscribing

/// Why no stream was begun.
enum SubscriptionRefusal: Error, Hashable, Sendable {
    /// As many streams are open as there may be.
    case tooMany
    /// This officer has as many open as one may have.
    case tooManyOfOfficer
    /// No stream begins any more.
    case stopping
}

extension ConsoleFeed {
    /// Begins a stream of the changes in `centres`.
    ///
    /// - Parameters:
    ///   - after: the last sequence the console saw; nil to begin now.
    ///   - isKnown: false when the console named a place that is no sequence; it gets a resync.
    /// - Throws: ``SubscriptionRefusal``.
    func subscribe(
        centres: Set<CentreID>, after: JournalSequence?, isKnown: Bool = true, officer: OfficerID? = nil
    ) throws(SubscriptionRefusal) -> FeedSubscription {
        let begun = content.withLock { content -> Result<FeedSubscription, SubscriptionRefusal> in
            if content.isFinished { return .failure(.stopping) }
            guard content.subscriptions.count < subscribersMax else { return .failure(.tooMany) }
            if let officer {
                let own = content.subscriptions.count { $0.officer == officer }
                guard own < subscribersPerOfficerMax else { return .failure(.tooManyOfOfficer) }
            }
            var start = isKnown ? FeedSubscription.Start.fresh : .lost
            var missed: [FeedItem] = []
            if let after, isKnown {
                let found = after <= content.last ? content.backlog.items(from: after) : nil
                missed = found?.filter { $0.concerns(centres) } ?? []
                start = found == nil ? .lost : .resumed
            }
            let subscription = FeedSubscription(
                centres: centres, officer: officer, start: start,
                startsAt: start == .resumed ? after ?? content.last : content.last,
                missed: missed, latest: content.last, itemsMax: pendingMax)
            for warning in content.warnings { subscription.warn(warning) }
            content.subscriptions.append(subscription)
            content.watchChanges &+= 1
            return .success(subscription)
        }
        let subscription = try begun.get()
        counters.add(.consoleStreamsOpened)
        if subscription.start == .lost { counters.add(.consoleStreamsResynced) }
        return subscription
    }

    /// Takes a stream's mailbox away.
    func unsubscribe(_ subscription: FeedSubscription) {
        content.withLock { content in
            content.subscriptions.removeAll { $0 === subscription }
            content.watchChanges &+= 1
        }
        subscription.finish()
    }
}
