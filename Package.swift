// swift-tools-version: 6.2
import PackageDescription

// The house. One folder a target, each with one reason to exist; imports go down only.
// `Docs/architecture.md` explains the tiers and ArchitectureTests enforces them.

/// One settings array for every target of ours.
let houseSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdHTTP2: Target.Dependency = .product(name: "HummingbirdHTTP2", package: "hummingbird")
let hummingbirdTesting: Target.Dependency = .product(name: "HummingbirdTesting", package: "hummingbird")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let serviceLifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")

let package = Package(
    name: "sosgateway",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "sosgatewayd", targets: ["sosgatewayd"]),
        .executable(name: "sosctl", targets: ["sosctl"]),
        .executable(name: "sos-simulator", targets: ["sos-simulator"]),
        .executable(name: "sos-simulate", targets: ["sos-simulate"]),
        .executable(name: "ring-stress", targets: ["ring-stress"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
    ],
    targets: [
        // System libraries and the shims their macros need; nothing else.
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .target(name: "CLinux"),

        // Tier 0: values.
        .target(name: "AlertModel"),
        .target(name: "Telemetry"),

        // Tier 1: pure logic; bytes and events in, values out; no clock, no file, no socket.
        .target(name: "UnitProtocol", dependencies: ["AlertModel"]),
        .target(name: "AlertDispatch", dependencies: ["AlertModel"]),
        .target(name: "Journal", dependencies: ["AlertModel"]),

        // Tier 2: memory ordering, and the kernel.
        .target(name: "LinuxIO", dependencies: ["CLinux", "AlertModel"]),
        // EventRing sleeps on an eventfd, hence LinuxIO beside it.
        .target(name: "EventRing", dependencies: ["AlertModel", "CLinux", "LinuxIO"]),
        .target(name: "Credentials", dependencies: ["COpenSSL"]),

        // Tier 3: edges; none imports another.
        // The journal's chain is a SHA-256, and cryptography comes from Credentials.
        .target(
            name: "JournalFiles",
            dependencies: ["Journal", "AlertModel", "LinuxIO", "Telemetry", "Credentials", "CLinux", "CZstd"]),
        .target(
            name: "UnitTransport",
            dependencies: ["AlertModel", "UnitProtocol", "EventRing", "LinuxIO", "Telemetry", "COpenSSL"]),
        .target(name: "History", dependencies: ["AlertModel", grdb]),
        .target(
            name: "ConsoleAPI",
            dependencies: [
                "AlertModel", "Telemetry", "Credentials",
                hummingbird, hummingbirdCore, hummingbirdHTTP2, httpTypes, nioCore, nioSSL, serviceLifecycle,
                logging,
            ],
            // Served from a directory named by configuration, so that a package can ship and patch it.
            exclude: ["Web"]),
        .target(name: "SystemdSupport", dependencies: ["CSystemd"]),
        .target(name: "Settings", dependencies: ["AlertModel", yams]),

        // Tier 4: composition.
        .target(
            name: "GatewayApp",
            dependencies: [
                "AlertModel", "Telemetry", "AlertDispatch", "Journal", "EventRing", "LinuxIO", "JournalFiles",
                "UnitTransport", "History", "ConsoleAPI", "SystemdSupport",
                "Settings", logging, serviceLifecycle, unixSignals,
            ]),
        .executableTarget(name: "sosgatewayd", dependencies: ["GatewayApp", "Settings", argumentParser]),
        .executableTarget(
            name: "sosctl",
            dependencies: [
                "AlertModel", "Credentials", "History", "Journal", "JournalFiles", "LinuxIO", "Settings",
                "UnitTransport", argumentParser,
            ]),

        // The simulator sees the gateway only through its sockets.
        .target(
            name: "SimulatorKit", dependencies: ["AlertModel", "AlertDispatch", "Journal"],
            path: "Simulator/SimulatorKit"),
        // Needs no package of others: it builds in seconds.
        .executableTarget(
            name: "sos-simulate", dependencies: ["SimulatorKit", "AlertModel"], path: "Simulator/sos-simulate"),
        .target(
            name: "SimulatedField", dependencies: ["AlertModel", "UnitProtocol"], path: "Simulator/SimulatedField"),
        .target(
            name: "FieldScenarios", dependencies: ["AlertModel", "Settings", "SimulatedField"],
            path: "Simulator/FieldScenarios"),
        .executableTarget(
            name: "sos-simulator",
            dependencies: [
                "AlertModel", "UnitProtocol", "LinuxIO", "UnitTransport", "Settings", "SimulatedField",
                "FieldScenarios", "Credentials",
                asyncHTTPClient, nioCore, nioHTTP1, nioSSL, argumentParser,
            ],
            path: "Simulator/sos-simulator"),

        // Tests.
        .executableTarget(name: "ring-stress", dependencies: ["EventRing", "LinuxIO"], path: "Tests/StressTests"),
        .testTarget(name: "AlertModelTests", dependencies: ["AlertModel"]),
        .testTarget(name: "TelemetryTests", dependencies: ["Telemetry"]),
        .testTarget(name: "UnitProtocolTests", dependencies: ["UnitProtocol", "AlertModel"]),
        .testTarget(name: "AlertDispatchTests", dependencies: ["AlertDispatch", "AlertModel"]),
        .testTarget(name: "JournalTests", dependencies: ["Journal", "AlertModel", "Credentials"]),
        .testTarget(name: "LinuxIOTests", dependencies: ["LinuxIO"]),
        .testTarget(name: "EventRingTests", dependencies: ["EventRing", "LinuxIO", "AlertModel"]),
        .testTarget(name: "CredentialsTests", dependencies: ["Credentials"]),
        .testTarget(
            name: "JournalFilesTests",
            dependencies: ["JournalFiles", "Journal", "AlertModel", "LinuxIO", "Telemetry"]),
        .testTarget(
            name: "UnitTransportTests",
            dependencies: [
                "UnitTransport", "UnitProtocol", "AlertModel", "EventRing", "LinuxIO", "Telemetry",
            ]),
        .testTarget(
            name: "HistoryTests", dependencies: ["History", "AlertModel"],
            // Read by the tests where they stand.
            exclude: ["Registry/Golden"]),
        .testTarget(
            name: "ConsoleAPITests",
            dependencies: [
                "ConsoleAPI", "AlertModel", "Telemetry", "Credentials", hummingbird, hummingbirdTesting, httpTypes,
                nioCore, logging, serviceLifecycle,
            ]),
        .testTarget(name: "SystemdSupportTests", dependencies: ["SystemdSupport"]),
        .testTarget(name: "SettingsTests", dependencies: ["Settings", "AlertModel"]),
        .testTarget(
            name: "SimulationTests", dependencies: ["SimulatorKit", "AlertModel", "AlertDispatch"]),
        .testTarget(
            name: "SimulatorTests",
            dependencies: ["SimulatedField", "FieldScenarios", "Settings", "AlertModel", "UnitProtocol"]),
        .testTarget(
            name: "GatewayAppTests",
            dependencies: [
                "GatewayApp", "AlertModel", "AlertDispatch", "ConsoleAPI", "EventRing", "History", "Journal",
                "LinuxIO",
                "JournalFiles", "Settings", "Telemetry", logging,
            ]),
        .testTarget(name: "ArchitectureTests"),
    ]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = (target.swiftSettings ?? []) + houseSettings
}
