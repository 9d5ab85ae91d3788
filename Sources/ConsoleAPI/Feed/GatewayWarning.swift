// What the gateway says about itself: self-alarms, which every console shows whatever its centres are.

public import AlertModel

/// One self-alarm, begun or over. A later one of the same kind takes its place.
public struct GatewayWarning: Hashable, Sendable {
    /// What is wrong. The raw value is permanent: consoles and dashboards hold it.
    public enum Kind: String, CaseIterable, Sendable {
        /// The journal failed: nothing is stored any more and the gateway stops.
        case notStoring = "not_storing"
        /// The journal's disk takes long; presses are stored late.
        case diskSlow = "disk_slow"
        /// No journal segment can be made ahead: when the present one is full, nothing will be stored.
        case diskFull = "disk_full"
        /// The wall clock was set by more than a second.
        case clockStepped = "clock_stepped"
        /// A certificate of the gateway's own ends soon, or has ended.
        case certificateExpiring = "certificate_expiring"
        /// A revocation list was to be replaced by now; the last one holds on.
        case revocationListOverdue = "revocation_list_overdue"
    }

    /// What is wrong.
    public let kind: Kind
    /// Whether it is; false ends it.
    public let isActive: Bool
    /// Since when it is, or is not.
    public let at: WallTime
    /// What was seen, in English, for a log and for whoever is called; one line.
    public let detail: String

    public init(_ kind: Kind, isActive: Bool, at: WallTime, detail: String) {
        self.kind = kind
        self.isActive = isActive
        self.at = at
        self.detail = detail
    }
}
