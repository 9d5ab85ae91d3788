// All simulated units together, as the rest of the program sees them: orders go in, figures and observations come
// out. What they do happens on one thread of their own (FleetWorker).

import AlertModel
import LinuxIO
import Settings
import SimulatedField
import Synchronization
import UnitProtocol
import UnitTransport

/// What the fleet is to be.
struct FleetPlan: Sendable {
    /// Where every unit connects.
    let gateway: ListenAddress
    /// Who they are.
    let units: [UnitRecord]
    /// Drives presses, delays and measurements.
    let seed: UInt64
    /// Seconds between heartbeats; nil for what the gateway asks.
    let heartbeatS: UInt16?
    /// nil for presses by order only.
    let schedule: PressSchedule?
    /// What happens by a scenario; nil without one.
    var scenario: ScenarioPlan?
    /// How the units share the machine's sockets.
    var pace = FleetPace()
}

/// What bounds a fleet's connections.
struct FleetPace: Sendable {
    /// New connections a second; a unit with a press pending does not wait.
    var connectsPerS = 1_000
    /// Leave from addresses of 127.0.0.0/8, one a unit.
    var spreadsSources = false

    /// Connections that may be on their way at once; gateways bound them, too.
    static let connectingMax = 256

    /// The address that the unit at this place leaves from; nil for the kernel's choice.
    func source(of place: Int) -> String? {
        spreadsSources ? "127.\(64 + place / 62_500 % 64).\(place / 250 % 250).\(1 + place % 250)" : nil
    }
}

/// Something that happened to a unit.
struct FleetObservation: Sendable {
    enum What: Sendable {
        case online
        case lost(String)
        case stage(StageNotice)
    }
    let unit: UnitID
    let what: What
    let at: MonotonicTime
}

/// The fleet at one moment.
struct FleetFigures: Sendable {
    var online = 0
    /// Times a unit was welcomed again after a loss.
    var reconnects = 0
    /// Whether any unit was ever welcomed.
    var wasOnline = false
    /// Why the last connection failed or ended.
    var lastProblem: String?
    /// The schedule has no press left.
    var isScheduleDone = false
    /// Full handshakes and short ones.
    var fullHandshakes = 0
    var resumedHandshakes = 0
    /// Seconds behind the begin of the scenario; nil before it.
    var scenarioS: Double?
    /// The scenario's time is over.
    var isScenarioDone = false
}

/// The units on their thread. Any thread may call.
final class Fleet: Sendable {
    /// What can be asked of the fleet's thread.
    enum Order: Sendable {
        /// Lets the unit at this place press; what names the press goes to the observer's closure.
        case press(unit: Int, Category, done: @Sendable (MessageID, MonotonicTime) -> Void)
        case stopPressing
        case stop
    }

    let plan: FleetPlan
    let ledger: PressLedger
    let terminal: Terminal
    /// Yields what happens, for whoever wants every step; nil to leave it out.
    let observations: AsyncStream<FleetObservation>.Continuation?
    let context: TLSContext
    let credentials: UnitCredentials
    /// Differs from every earlier run's: tenths of a second since 1970, for 13 years.
    let boot: UInt32
    let epoll: Epoll
    let bell: EventFD
    private let orders = Mutex<[Order]>([])
    private let shared = Mutex(FleetFigures())
    private let thread = Mutex<LinuxIO.Thread?>(nil)

    /// Reads every unit's certificate.
    ///
    /// - Parameter pki: has `ca.pem`, and what ``UnitCredentials`` reads.
    /// - Throws: ``TLSError`` naming the file; ``Errno`` when the process has no descriptor left.
    init(
        plan: FleetPlan, pki: String, ledger: PressLedger, terminal: Terminal,
        observations: AsyncStream<FleetObservation>.Continuation? = nil
    ) throws {
        self.plan = plan
        self.ledger = ledger
        self.terminal = terminal
        self.observations = observations
        credentials = try UnitCredentials(pki: pki, units: plan.units)
        context = try .units(trustFile: "\(pki)/ca.pem")
        boot = UInt32(truncatingIfNeeded: SystemClock().now().wall.milliseconds / 100)
        epoll = try Epoll()
        bell = try EventFD()
    }

    /// Starts the thread; units begin to connect.
    ///
    /// - Throws: ``Errno`` when the kernel gives no thread.
    func start() throws(Errno) {
        let started = try LinuxIO.Thread.start(name: "sim-fleet") { FleetWorker(self).run() }
        thread.withLock { $0 = started }
    }

    /// Gives an order; it is done at once.
    func order(_ order: Order) {
        orders.withLock { $0.append(order) }
        bell.signal()
    }

    /// Lets every unit say goodbye and ends the thread. Blocks for some milliseconds.
    func stop() {
        order(.stop)
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        running?.join()
        observations?.finish()
    }

    /// The present figures.
    var figures: FleetFigures { shared.withLock { $0 } }

    /// For the fleet's thread.
    func takeOrders() -> [Order] {
        orders.withLock { orders in
            defer { orders = [] }
            return orders
        }
    }

    /// For the fleet's thread.
    func publish(_ figures: FleetFigures) { shared.withLock { $0 = figures } }
}
