// The house's floor plan: which target may import what. Docs/architecture.md shows the same table to people.

/// A target, its tier, and everything that it may import.
struct House {
    let name: String
    /// 0 values, 1 pure logic, 2 kernel and memory order, 3 edges, 4 composition; -1 for C shims.
    let tier: Int
    let folder: String
    let imports: Set<String>

    init(_ name: String, tier: Int, folder: String? = nil, _ imports: Set<String> = []) {
        self.name = name
        self.tier = tier
        self.folder = folder ?? "Sources/\(name)"
        self.imports = imports
    }

    static let shims: Set<String> = ["COpenSSL", "CSystemd", "CZstd", "CLinux"]

    static let all: [House] = [
        House("AlertModel", tier: 0),
        House("Telemetry", tier: 0, ["Synchronization"]),
        House("UnitProtocol", tier: 1, ["AlertModel"]),
        House("AlertDispatch", tier: 1, ["AlertModel"]),
        House("Journal", tier: 1, ["AlertModel"]),
        House("LinuxIO", tier: 2, ["AlertModel", "CLinux", "Glibc", "Synchronization"]),
        // A waiting consumer sleeps on an eventfd: the one sideways import of this tier.
        House("EventRing", tier: 2, ["AlertModel", "LinuxIO", "CLinux", "Glibc", "Synchronization"]),
        House("Credentials", tier: 2, ["COpenSSL"]),
        House(
            "JournalFiles", tier: 3,
            [
                "AlertModel", "Journal", "LinuxIO", "Telemetry", "Credentials", "CLinux", "CZstd", "Glibc",
                "Synchronization",
            ]),
        House(
            "UnitTransport", tier: 3,
            [
                "AlertModel", "UnitProtocol", "EventRing", "LinuxIO", "Telemetry", "COpenSSL", "Glibc",
                "Synchronization",
            ]),
        House("History", tier: 3, ["AlertModel", "GRDB", "Glibc"]),
        House(
            "ConsoleAPI", tier: 3,
            [
                "AlertModel", "Telemetry", "Credentials", "Foundation", "Hummingbird", "HummingbirdCore",
                "HummingbirdHTTP2", "HTTPTypes", "Logging", "NIOCore", "NIOSSL",
                "ServiceLifecycle", "Synchronization",
            ]),
        House("SystemdSupport", tier: 3, ["CSystemd", "Glibc"]),
        House("Settings", tier: 3, ["AlertModel", "Yams", "Foundation"]),
        House(
            "GatewayApp", tier: 4,
            [
                "AlertModel", "Telemetry", "AlertDispatch", "Journal", "EventRing", "LinuxIO", "JournalFiles",
                "UnitTransport", "History", "ConsoleAPI", "SystemdSupport",
                "Settings", "Logging", "ServiceLifecycle", "Synchronization", "UnixSignals",
            ]),
        House("sosgatewayd", tier: 4, ["GatewayApp", "Settings", "ArgumentParser"]),
        House(
            "sosctl", tier: 4,
            [
                "AlertModel", "Credentials", "History", "Journal", "JournalFiles", "LinuxIO", "Settings",
                "UnitTransport", "ArgumentParser", "Foundation",
            ]),
        House(
            "SimulatorKit", tier: 1, folder: "Simulator/SimulatorKit",
            ["AlertModel", "AlertDispatch", "Journal"]),
        House(
            "sos-simulate", tier: 4, folder: "Simulator/sos-simulate",
            ["AlertModel", "SimulatorKit", "Foundation", "Synchronization"]),
        House(
            "SimulatedField", tier: 2, folder: "Simulator/SimulatedField",
            ["AlertModel", "UnitProtocol", "Synchronization"]),
        House(
            "FieldScenarios", tier: 4, folder: "Simulator/FieldScenarios",
            ["AlertModel", "Settings", "SimulatedField"]),
        House(
            "sos-simulator", tier: 4, folder: "Simulator/sos-simulator",
            [
                "AlertModel", "UnitProtocol", "LinuxIO", "UnitTransport", "Settings", "SimulatedField",
                "FieldScenarios", "Credentials", "AsyncHTTPClient", "NIOCore", "NIOHTTP1", "NIOSSL",
                "ArgumentParser", "Foundation", "Dispatch",
                "Synchronization",
            ]),
    ]

    static func named(_ name: String) -> House? { all.first { $0.name == name } }
}
