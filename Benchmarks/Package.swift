// swift-tools-version: 6.2
import PackageDescription

// Benchmarks in a package of their own, so that the gateway's own manifest stays free of them and they build
// without its dependencies. The measured targets are links to the gateway's sources, built as it builds them.

let houseSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "sosgateway-benchmarks",
    platforms: [.macOS(.v15)],
    targets: [
        .target(name: "AlertModel"),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .target(name: "CLinux"),
        .target(name: "LinuxIO", dependencies: ["CLinux", "AlertModel"]),
        .target(name: "EventRing", dependencies: ["AlertModel", "CLinux", "LinuxIO"]),
        .target(name: "Telemetry"),
        .target(name: "Journal", dependencies: ["AlertModel"]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .target(name: "Credentials", dependencies: ["COpenSSL"]),
        .target(
            name: "JournalFiles",
            dependencies: ["Journal", "AlertModel", "LinuxIO", "Telemetry", "Credentials", "CLinux", "CZstd"]),
        .target(name: "AlertDispatch", dependencies: ["AlertModel"]),
        .target(name: "UnitProtocol", dependencies: ["AlertModel"]),
        .target(
            name: "UnitTransport",
            dependencies: ["AlertModel", "UnitProtocol", "EventRing", "LinuxIO", "Telemetry", "COpenSSL"]),
        .executableTarget(
            name: "transport-server",
            dependencies: ["UnitTransport", "AlertModel", "EventRing", "LinuxIO", "Telemetry"]),
        .systemLibrary(name: "CURing", pkgConfig: "liburing", providers: [.apt(["liburing-dev"])]),
        .target(name: "CWritePaths", dependencies: ["CURing"]),
        .executableTarget(name: "journal-write-paths", dependencies: ["CWritePaths", "AlertModel", "LinuxIO"]),
        .target(name: "CMeasure"),
        .target(name: "CAllocations"),
        .executableTarget(name: "ring-gate", dependencies: ["EventRing", "CAllocations"]),
        .executableTarget(name: "ring-bench", dependencies: ["EventRing", "LinuxIO", "CMeasure"]),
        .executableTarget(
            name: "start-bench",
            dependencies: ["AlertDispatch", "JournalFiles", "Journal", "AlertModel", "LinuxIO", "Telemetry"]),
        .executableTarget(name: "routing-bench", dependencies: ["AlertDispatch", "AlertModel", "LinuxIO"]),
        .executableTarget(
            name: "journal-bench", dependencies: ["JournalFiles", "Journal", "AlertModel", "LinuxIO", "Telemetry"]),
    ]
)

for target in package.targets where target.type != .system { target.swiftSettings = houseSettings }
